package tokenset

import (
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
)

// KeyPrivate is the key of the private half of a signing key in its Secret, and
// the variable that Attic reads it from.
const KeyPrivate = "ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64"

// NeededSecrets are the Secrets that somebody has to make for a set of tokens, of
// a spec with its defaults filled in.
func NeededSecrets(full v1alpha1.TokenSet) []secrets.Needed {
	names := naming.Set{Name: full.Metadata.Name, Namespace: full.Metadata.Namespace}
	return secrets.Merged(append(NeededTokens(names, full.Spec.TokenSetSpec), NeededKey(names)))
}

// NeededTokens are the Secrets that hold the tokens of a defaulted spec, under
// their names.
func NeededTokens(names naming.Set, s v1alpha1.TokenSetSpec) []secrets.Needed {
	plan := PlanOf(names, s)
	var needed []secrets.Needed
	for _, name := range slices.Sorted(maps.Keys(plan.Tokens)) {
		secret, purpose := plan.Tokens[name].Secret, "tokens of pipelines and services"
		if secret == names.RootTokens() {
			purpose = "tokens of type admin"
		}
		needed = append(needed, secrets.Needed{
			Name: secret, Keys: []string{name}, Purpose: purpose, Tokens: true,
			// One for everything, which nothing in a cluster reads.
			Kept: name == RootName,
		})
	}
	return secrets.Merged(needed)
}

// NeededKey is the Secret with the private half of the signing key, which makes
// tokens and which no pod needs.
func NeededKey(names naming.Set) secrets.Needed {
	return secrets.Needed{Name: names.SigningKey(), Keys: []string{KeyPrivate}, Purpose: "private half of the signing key", Kept: true}
}
