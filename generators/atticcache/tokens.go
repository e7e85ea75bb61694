package atticcache

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// tokens is the plan of the tokens that clients are to have.
func (c cache) tokens() []meta.Object {
	if c.spec.Tokens == nil {
		return nil
	}
	return tokenset.Objects(c.names, c.scope, *c.spec.Tokens, *c.spec.Secrets)
}

func validateTokens(p *validate.Problems, spec *field.Path, s v1alpha1.AtticCacheSpec) {
	if s.Tokens == nil {
		return
	}
	path := spec.Child("tokens")
	tokenset.ValidateSpec(p, path, *s.Tokens)
	validateAuthz(p, path.Child("authz"), s)
	if len(s.Caches) == 0 {
		return // Nobody but Attic knows which caches there are.
	}
	for _, name := range slices.Sorted(maps.Keys(s.Tokens.Tokens)) {
		caches := s.Tokens.Tokens[name].Caches
		for _, pattern := range slices.Sorted(maps.Keys(caches)) {
			creates := slices.Contains(caches[pattern].Permissions, tokenset.CreateCache)
			if !creates && cachename.IsPattern(pattern) && !matchesAny(pattern, s.Caches) {
				p.Warn(path.Child("tokens").Key(name).Child("caches").Key(pattern), "matches no cache of "+spec.Child("caches").String(),
					"write the name of one of them, or add the cache there, unless it was made by hand")
			}
		}
	}
}

func matchesAny(pattern string, caches map[string]v1alpha1.Cache) bool {
	for name := range caches {
		if cachename.Overlap(pattern, name) {
			return true
		}
	}
	return false
}
