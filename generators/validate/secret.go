package validate

import (
	"slices"
	"strings"
)

// Parts of names whose values are likely to be secret, and endings of names that
// only say where a secret is, or what it is like. Both without capitals and
// separators.
var (
	secretNames  = []string{"password", "passwd", "passphrase", "token", "secret", "apikey", "accesskey", "privatekey", "credential"}
	harmlessEnds = []string{
		"name", "ref", "file", "path", "key", "keys", "url", "namespace", "type", "mode", "duration", "ttl", "kind", "existingsecret", "enabled",
		"encryption", "policy", "length", "version", "lifetime", "expiry", "validity", "issuer", "audience", "header", "algorithm", "seconds",
	}
)

// SoundsSecret tells whether a value of that name is likely to be secret.
func SoundsSecret(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
	contains := func(part string) bool { return strings.Contains(plain, part) }
	ends := func(end string) bool { return strings.HasSuffix(plain, end) }
	isKey := slices.ContainsFunc([]string{"apikey", "accesskey", "privatekey", "secretkey"}, ends)
	isPublic := contains("pubkey") || contains("publickey")
	return !isPublic && slices.ContainsFunc(secretNames, contains) && (isKey || !slices.ContainsFunc(harmlessEnds, ends))
}
