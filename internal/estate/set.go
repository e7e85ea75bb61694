package estate

import (
	"path"
	"path/filepath"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
)

// Set is one spec of an overlay with what belongs to its tokens and Secrets, all
// defaults filled in.
type Set struct {
	// Kind is AtticCache or TokenSet.
	Kind string
	// Names are those of everything that belongs to the cache.
	Names naming.Set
	// Tokens are nil where the spec has none. Plan follows from them.
	Tokens *v1alpha1.TokenSetSpec
	Plan   tokenset.Plan
	// Secrets is where what is secret is kept. The backend is never empty.
	Secrets v1alpha1.Secrets
	// Needed are the Secrets that somebody has to make, by their names.
	Needed []secrets.Needed
	// Cache is the spec of an AtticCache, else nil.
	Cache *v1alpha1.AtticCache

	node  *load.Node
	scope meta.Scope
}

// SigningKey is the spec's, and an empty one where it has none.
func (s *Set) SigningKey() v1alpha1.SigningKey {
	if s.Cache == nil || s.Cache.Spec.SigningKey == nil {
		return v1alpha1.SigningKey{}
	}
	return *s.Cache.Spec.SigningKey
}

// String is the set as messages name it.
func (s *Set) String() string { return s.Names.Namespace + "/" + s.Names.Name }

// InGit tells whether the values of Secrets are kept in Git, encrypted.
func (s *Set) InGit() bool {
	return s.Secrets.Backend == secrets.SOPS || s.Secrets.Backend == secrets.Sealed
}

// Problem is an error about a field of the spec.
func (s *Set) Problem(field []string, message, hint string) diag.Diagnostic {
	at := s.node.Locate(field)
	d := diag.New(at.File, "%s", message)
	d.Line, d.Column, d.Path, d.Hint = at.Line, at.Column, s.node.Display(field), hint
	return d
}

// Patch is the file of the overlay in which the spec is, or what differs there;
// empty where all of it comes from elsewhere.
func (s *Set) Patch(o *Overlay) string {
	below := path.Join(filepath.ToSlash(o.Root), o.Path) + "/"
	var find func(n *load.Node) string
	find = func(n *load.Node) string {
		if strings.HasPrefix(n.File, below) {
			return n.File
		}
		for _, e := range n.Entries {
			if file := find(e.Value); file != "" {
				return file
			}
		}
		for _, item := range n.Items {
			if file := find(item); file != "" {
				return file
			}
		}
		return ""
	}
	return find(s.node)
}

// Paths of files, below the folder of Secrets.

// SecretFile is where a Secret of a name is kept.
func (s *Set) SecretFile(name string) string { return path.Join(s.Names.Namespace, name+".yaml") }

// IssuedFile is the record of issued tokens.
func (s *Set) IssuedFile() string { return s.SecretFile(s.Names.IssuedTokens()) }

// RevokedFile is the list of revoked tokens.
func (s *Set) RevokedFile() string { return s.SecretFile(s.Names.RevokedTokens()) }

// PublicKeyFile is the public half in PEM form, for whoever verifies tokens. The
// cluster does not get it from here.
func (s *Set) PublicKeyFile() string {
	present, _ := overlay.KeyFiles(s.Names)
	return present
}

// NextPublicKeyFile is that of the key that is to take over.
func (s *Set) NextPublicKeyFile() string {
	_, coming := overlay.KeyFiles(s.Names)
	return coming
}

// Kept tells whether a Secret is for no cluster, as nothing there reads it and who
// has it can do everything: the private half of the signing key, and root tokens.
// It is so for those two, too, where the spec speaks of them no more: what is left
// over in Git must not come into the cluster by that.
func (s *Set) Kept(secret string) bool {
	if need, ok := s.Need(secret); ok {
		return need.Kept
	}
	return secret == s.Names.SigningKey() || secret == s.Names.RootTokens()
}

// Unsealed tells whether a Secret that is kept in Git otherwise cannot be there:
// only the cluster opens what is sealed, and it is to be open outside of it.
func (s *Set) Unsealed(secret string) bool {
	return s.Secrets.Backend == secrets.Sealed && s.Kept(secret)
}

// kept tells whether a file stays in Git alone.
func (s *Set) kept(rel string) bool {
	secret, isYAML := strings.CutSuffix(path.Base(rel), ".yaml")
	return isYAML && rel == s.SecretFile(secret) && s.Kept(secret)
}

// newSet reads a spec. It is nil for kinds that have neither tokens nor Secrets.
func newSet(node *load.Node) (*Set, diag.List) {
	s := &Set{node: node}
	// All that is wrong with a spec is reported before anything is made from it.
	switch kind := node.Get("kind"); {
	case kind == nil, kind.Value != v1alpha1.KindAtticCache && kind.Value != v1alpha1.KindTokenSet:
		return nil, nil
	default:
		s.Kind = kind.Value
	}
	if _, diags := expand.Spec(node, generators.Inputs{}); diags.HasErrors() {
		return nil, diags
	}
	var unread diag.List
	if s.Kind == v1alpha1.KindAtticCache {
		var spec v1alpha1.AtticCache
		_, unread = load.Decode(node, &spec)
		spec = atticcache.Default(spec)
		s.Cache, s.Tokens, s.Secrets = &spec, spec.Spec.Tokens, *spec.Spec.Secrets
		s.Names = naming.Set{Name: spec.Metadata.Name, Namespace: spec.Metadata.Namespace}
		s.scope, s.Needed = scopeOf(&spec, nil), atticcache.NeededSecrets(spec)
	} else {
		var spec v1alpha1.TokenSet
		_, unread = load.Decode(node, &spec)
		spec = tokenset.Default(spec)
		s.Tokens, s.Secrets = &spec.Spec.TokenSetSpec, *spec.Spec.Secrets
		s.Names = naming.Set{Name: spec.Metadata.Name, Namespace: spec.Metadata.Namespace}
		s.scope, s.Needed = scopeOf(nil, &spec), tokenset.NeededSecrets(spec)
	}
	if s.Tokens != nil {
		s.Plan = tokenset.PlanOf(s.Names, *s.Tokens)
	}
	return s, unread
}
