package token

import (
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// Permissions are what may be done with a cache.
type Permissions struct {
	Pull, Push, Delete, CreateCache, ConfigureCache, ConfigureRetention, DestroyCache bool
}

// Grant is what a token allows for the caches that match a name or pattern.
type Grant struct {
	Pattern     string
	Permissions Permissions
}

// Access is what a token allows, in the order of the token: of the patterns that
// match a cache the first one counts.
type Access []Grant

// permission is one of the permissions: what it is called in specs and in tokens.
type permission struct {
	name, claim string
	of          func(*Permissions) *bool
}

// permissions are all there are, in the order of tokenset.Permissions.
func permissions() [7]permission {
	return [...]permission{
		{tokenset.Pull, "r", func(p *Permissions) *bool { return &p.Pull }},
		{tokenset.Push, "w", func(p *Permissions) *bool { return &p.Push }},
		{tokenset.Delete, "d", func(p *Permissions) *bool { return &p.Delete }},
		{tokenset.CreateCache, "cc", func(p *Permissions) *bool { return &p.CreateCache }},
		{tokenset.ConfigureCache, "cr", func(p *Permissions) *bool { return &p.ConfigureCache }},
		{tokenset.ConfigureRetention, "cq", func(p *Permissions) *bool { return &p.ConfigureRetention }},
		{tokenset.DestroyCache, "cd", func(p *Permissions) *bool { return &p.DestroyCache }},
	}
}

// Names are the names of the permissions that are given, as specs write them, in
// the order of tokenset.Permissions.
func (p Permissions) Names() []string {
	var names []string
	for _, one := range permissions() {
		if *one.of(&p) {
			names = append(names, one.name)
		}
	}
	return names
}

// Any tells whether anything at all is allowed. The server then admits that the
// cache exists.
func (p Permissions) Any() bool { return p != Permissions{} }

// For is what the token allows for a cache and the name or pattern that says so,
// as the server decides it: the cache's own name comes first, even when it allows
// less, then the patterns in their order. by is empty when none matches, or when
// the text is no name of a cache. What a public cache allows to everybody is not
// counted.
func (a Access) For(cache string) (p Permissions, by string) {
	if !cachename.IsName(cache) {
		return Permissions{}, ""
	}
	for _, g := range a {
		if g.Pattern == cache {
			return g.Permissions, g.Pattern
		}
	}
	for _, g := range a {
		if cachename.Overlap(g.Pattern, cache) {
			return g.Permissions, g.Pattern
		}
	}
	return Permissions{}, ""
}
