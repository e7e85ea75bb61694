package secrets

import "gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"

// StoredAt is where the store has the key of a Secret, in words, for whoever puts
// it there: "property token of nix-cache/attic-admin-token", or, where each value
// has a name of its own, "variable NIX_CACHE_ATTIC_ADMIN_TOKEN_TOKEN".
func StoredAt(e v1alpha1.ExternalSecrets, secret, key string) string {
	at := placeOf(e.Provider, e.Prefix, secret, key)
	if at.property == "" {
		return "variable " + at.name
	}
	return "property " + at.property + " of " + at.name
}
