// Package caches makes the caches of a list exist in a running Attic server,
// configured as the list says. It is what the cache Job runs.
//
// It speaks Attic's cache-config API and nothing else. A cache that exists
// keeps its signing key and its store directory, and no cache is ever deleted:
// one that leaves the list stays as it is. Everything can be repeated; a second
// run finds nothing left to do.
//
// A token needs cc for caches that do not exist yet, cr for those that differ
// and cq for a retention that differs. Reading a cache that is not public takes
// r as well. Without it the package writes what it cannot compare.
package caches

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

// What Apply has done to a cache.
const (
	// Created caches were not there.
	Created = "created"
	// Changed caches differed from the list.
	Changed = "changed"
	// Unchanged caches were as the list wants them.
	Unchanged = "unchanged"
	// Written caches were configured in full, because the token may configure
	// but not read them: it has cr but not r.
	Written = "written"
)

// Options say which server to speak to, as whom, and what it shall have.
type Options struct {
	// Server is the http or https address of the server, as in
	// http://attic.nix-cache.svc:80. It may end in a path.
	Server string
	// NextServer is spoken to instead if NextKeyID is the key that the token
	// names: while a signing key takes over, each server knows one of the two.
	// Default: none.
	NextServer, NextKeyID string
	// Host is the Host header, as in nix-cache.example.com. Attic compares it
	// with its allowed-hosts, port included. Default: the host of Server.
	Host string
	// Token is the bearer token; white space around it is dropped.
	Token string
	// Desired are the caches, by name. At least one is needed.
	Desired map[string]atticcache.DesiredCache
	// Timeout of one request. Default: 30 seconds.
	Timeout time.Duration
	// Wait is for how long, from the start, Apply tries again while the server
	// cannot serve: it is not reachable, answers 429, 502, 503 or 504, or says
	// that its database does not answer. Default: 5 minutes; negative means
	// that nothing is tried twice.
	Wait time.Duration
	// HTTP is the client to use. Its redirect policy and cookies are not. By
	// default, a client that heeds the proxy variables of the environment.
	HTTP *http.Client

	// Tests wait without waiting.
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// Outcome is what was done to one cache. All of it is safe to print.
type Outcome struct {
	// Name of the cache.
	Name string
	// Action is Created, Changed, Unchanged or Written.
	Action string
	// Changes of a cache that was there before, as in "priority 40 → 41".
	Changes []string
	// PublicKey with which Nix trusts the cache. Empty if the token may not
	// read the cache.
	PublicKey string
}

// Apply creates the caches that do not exist and configures those that differ.
//
// A cache that fails does not keep the others from being tried, unless the
// server cannot be reached at all or ctx ends. The outcomes, ordered by name,
// say what was done, also if there is an error besides: then it joins what went
// wrong, one line for each cache. No error holds the token or anything that a
// terminal would act on. An error about ctx wraps its cause.
func Apply(ctx context.Context, o Options) ([]Outcome, error) {
	if err := check(o.Desired).Err(); err != nil {
		return nil, err
	}
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	var (
		outcomes []Outcome
		failures []error
	)
	names := slices.Sorted(maps.Keys(o.Desired))
	for i, name := range names {
		outcome, err := c.ensure(ctx, name, o.Desired[name])
		if outcome.Action != "" {
			outcomes = append(outcomes, outcome)
		}
		if err == nil {
			continue
		}
		failures = append(failures, fmt.Errorf("cache %s: %w", name, err))
		if rest := len(names) - i - 1; rest > 0 && (ctx.Err() != nil || isUnreachable(err)) {
			failures = append(failures, fmt.Errorf("%d more caches were not tried", rest))
			break
		}
	}
	return outcomes, errors.Join(failures...)
}

// ensure makes one cache be as wanted. The outcome has an action if anything was
// done, also when a later step failed.
func (c *client) ensure(ctx context.Context, name string, want atticcache.DesiredCache) (Outcome, error) {
	have, err := c.read(ctx, name)
	if isKind(err, kindNoSuchCache) {
		err = c.create(ctx, name, want)
		if err == nil {
			return c.complete(ctx, name, want)
		}
		if !isKind(err, kindCacheAlreadyExists) {
			return Outcome{}, err
		}
		// Somebody else was faster, or an earlier try went through although
		// its answer was lost.
		have, err = c.read(ctx, name)
		if isKind(err, kindNoSuchCache) {
			return Outcome{}, errors.New("the server has deleted it but keeps its name (soft-delete-caches); remove its row from the database, or choose another name")
		}
	}
	hidden := isKind(err, kindAccessError)
	if err != nil && !hidden {
		return Outcome{}, err
	}
	patch, changes := difference(have, want, c.clean)
	outcome := Outcome{Name: name, Action: Changed, Changes: changes, PublicKey: c.publicKey(have)}
	switch {
	case len(changes) == 0:
		outcome.Action = Unchanged
		return outcome, nil
	case hidden:
		outcome.Action = Written
	}
	if err := c.configure(ctx, name, patch); err != nil {
		return Outcome{}, err
	}
	return outcome, nil
}

// complete does what creating a cache leaves to do: the request has no
// retention, and its answer no key.
func (c *client) complete(ctx context.Context, name string, want atticcache.DesiredCache) (Outcome, error) {
	outcome := Outcome{Name: name, Action: Created}
	if want.RetentionSeconds != nil {
		patch := config{RetentionPeriod: &retention{seconds: want.RetentionSeconds}}
		if err := c.configure(ctx, name, patch); err != nil {
			return outcome, fmt.Errorf("was created, but without its retention: %w", err)
		}
	}
	have, err := c.read(ctx, name)
	if err != nil && !isKind(err, kindAccessError) {
		return outcome, fmt.Errorf("was created, but cannot be read: %w", err)
	}
	outcome.PublicKey = c.publicKey(have)
	return outcome, nil
}
