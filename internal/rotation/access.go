package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// access is what a planned token allows. Names come before patterns, as Attic
// goes by them, and both are sorted: of two patterns that match one cache it
// takes the first, and a plan has no two such that differ.
func access(planned tokenset.PlannedToken) token.Access {
	var names, patterns token.Access
	for _, pattern := range slices.Sorted(maps.Keys(planned.Claims.Caches)) {
		grant := token.Grant{Pattern: pattern, Permissions: permissions(planned.Claims.Caches[pattern])}
		if cachename.IsWildcard(pattern) {
			patterns = append(patterns, grant)
		} else {
			names = append(names, grant)
		}
	}
	return slices.Concat(names, patterns)
}

// permissions are those of Attic's own form.
func permissions(claims map[string]int) token.Permissions {
	return token.Permissions{
		Pull:               claims["r"] == 1,
		Push:               claims["w"] == 1,
		Delete:             claims["d"] == 1,
		CreateCache:        claims["cc"] == 1,
		ConfigureCache:     claims["cr"] == 1,
		ConfigureRetention: claims["cq"] == 1,
		DestroyCache:       claims["cd"] == 1,
	}
}

// accessDigest is by what a token that was issued is compared with the plan: the
// token itself is secret, and is not at hand when that is done.
func (o Options) accessDigest(planned tokenset.PlannedToken) string {
	audiences := slices.Clone(o.Audiences)
	slices.Sort(audiences)
	text, err := json.Marshal(struct {
		Claims    tokenset.Claims
		Issuer    string
		Audiences []string
	}{planned.Claims, o.Issuer, slices.Compact(audiences)})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
