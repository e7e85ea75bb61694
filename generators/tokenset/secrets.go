package tokenset

import (
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
)

// The keys that the halves of a signing key have in their Secrets, and the
// variables that Attic reads them from. The one of the key that is to take over is
// ours: Attic knows one key.
const (
	KeyPublic     = "ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64"
	KeyPrivate    = "ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64"
	KeyNextPublic = KeyPublic + Next
)

// Next is what the key of a half ends in that is of the signing key which is to take
// over.
const Next = "_NEXT"

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
