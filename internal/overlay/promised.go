package overlay

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// Promised is a Secret that a spec says is kept in Git and that an environment does
// not have.
type Promised struct {
	Secret manifest.ID
	// Problem is a warning about the spec: until somebody has written the Secrets,
	// the overlay has to render.
	Problem diag.Diagnostic
}

// Promised are those of an overlay, a path below the repository, which its
// environment with these objects lacks. An overlay that cannot be read has none.
func (r *Repo) Promised(overlay string, objects []manifest.Object) []Promised {
	specs, _ := r.Specs(overlay)
	return r.promised(overlay, specs, objects)
}

func (r *Repo) promised(overlay string, specs []*load.Node, objects []manifest.Object) []Promised {
	var lacking []Promised
	for _, spec := range specs {
		backend := text(spec.Get("spec").Get("secrets").Get("backend"))
		if backend != secrets.SOPS && backend != secrets.Sealed {
			continue
		}
		namespace, needed := needs(spec)
		for _, n := range needed {
			if n.Kept || n.Type != "" || policy.Brings(objects, namespace, n.Name) {
				continue
			}
			id := manifest.ID{Kind: "Secret", Namespace: namespace, Name: n.Name}
			field := []string{"spec", "secrets", "backend"}
			d := located(spec, field, "is %s, and %s is not in the environment (%s)", backend, id, n.Purpose)
			d.Severity = diag.Warning
			d.Hint = fmt.Sprintf("write it with %s, and name the folder %s under resources of the overlay", commands(n, r.display(overlay)), SecretsFolder)
			lacking = append(lacking, Promised{Secret: id, Problem: d})
		}
	}
	return lacking
}

// needs are the Secrets of a spec; none where the kind has none.
func needs(spec *load.Node) (namespace string, needed []secrets.Needed) {
	switch text(spec.Get("kind")) {
	case v1alpha1.KindAtticCache:
		var cache v1alpha1.AtticCache
		if _, diags := load.Decode(spec, &cache); !diags.HasErrors() {
			cache = atticcache.Default(cache)
			return cache.Metadata.Namespace, atticcache.NeededSecrets(cache)
		}
	case v1alpha1.KindTokenSet:
		var set v1alpha1.TokenSet
		if _, diags := load.Decode(spec, &set); !diags.HasErrors() {
			set = tokenset.Default(set)
			return set.Metadata.Namespace, tokenset.NeededSecrets(set)
		}
	}
	return "", nil
}

// commands write a Secret.
func commands(n secrets.Needed, overlay string) string {
	if n.Tokens {
		return "atticgen token issue --overlay " + overlay
	}
	var all []string
	halves := func(key string) bool { return strings.Contains(key, "TOKEN_RS256") }
	if slices.ContainsFunc(n.Keys, halves) {
		all = append(all, "atticgen token keygen --overlay "+overlay)
	}
	if slices.ContainsFunc(n.Keys, func(key string) bool { return !halves(key) }) {
		all = append(all, "atticgen secret set --overlay "+overlay+" "+n.Name)
	}
	return strings.Join(all, " and ")
}

// located is an error about a field of a spec.
func located(spec *load.Node, field []string, format string, args ...any) diag.Diagnostic {
	at := spec.Locate(field)
	d := diag.New(at.File, format, args...)
	d.Line, d.Column, d.Path = at.Line, at.Column, spec.Display(field)
	return d
}
