package atticcache

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// jobToken is the planned token that the Job shows which applies the caches; false
// where its token is from elsewhere.
func jobToken(names naming.Set, s v1alpha1.AtticCacheSpec) (tokenset.PlannedToken, bool) {
	if s.Tokens == nil {
		return tokenset.PlannedToken{}, false
	}
	ref := s.CacheJob.TokenSecret
	planned, ok := tokenset.PlanOf(names, *s.Tokens).Tokens[ref.Key]
	return planned, ok && planned.Secret == ref.SecretName
}

// validateJobToken warns of a token with which the Job would fail.
func validateJobToken(p *validate.Problems, spec *field.Path, names naming.Set, s v1alpha1.AtticCacheSpec) {
	ref, path := s.CacheJob.TokenSecret, spec.Child("cacheJob", "tokenSecret", "key")
	if len(s.Caches) == 0 {
		return
	}
	planned, ok := jobToken(names, s)
	if !ok {
		if s.Tokens != nil && (ref.SecretName == names.CITokens() || ref.SecretName == names.RootTokens()) {
			p.Warn(path, "is "+validate.Quote(ref.Key)+", which is no token that belongs into Secret "+ref.SecretName, "write the name of one, or add it to spec.tokens")
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Caches)) {
		var lacks []string
		allowed := allowedIn(planned, name)
		for _, permission := range []struct{ name, claim string }{
			{tokenset.Pull, "r"}, {tokenset.CreateCache, "cc"}, {tokenset.ConfigureCache, "cr"}, {tokenset.ConfigureRetention, "cq"},
		} {
			if allowed[permission.claim] != 1 {
				lacks = append(lacks, permission.name)
			}
		}
		if len(lacks) > 0 {
			p.Warn(path, "is a token that lacks what the Job needs in cache "+validate.Quote(name)+": "+strings.Join(lacks, ", "),
				`give it that, as in {type: service, caches: {"*": {permissions: [pull, createCache, configureCache, configureRetention]}}}`)
		}
	}
}

// allowedIn is what a token may do in a cache: what it says of its name, or else
// of any pattern, for those that match one cache say the same.
func allowedIn(planned tokenset.PlannedToken, cache string) map[string]int {
	if claims, ok := planned.Claims.Caches[cache]; ok {
		return claims
	}
	for _, pattern := range slices.Sorted(maps.Keys(planned.Claims.Caches)) {
		if cachename.Overlap(pattern, cache) {
			return planned.Claims.Caches[pattern]
		}
	}
	return nil
}
