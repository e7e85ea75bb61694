package validate

import (
	"slices"
	"strings"
)

// Parts of names, all without capitals and separators.
var (
	// secretWords are those of what nobody may read.
	secretWords = []string{"password", "passwd", "passphrase", "token", "secret", "apikey", "privatekey"}
	// doubtfulWords are those of what is often half of it, or where it is.
	doubtfulWords = []string{"accesskey", "credential"}
	// secretEnds are certain at the end of a name alone.
	secretEnds = []string{"pass", "secretkey", "secretaccesskey"}
	// keyEnds are of keys that are secret, whatever a name that ends in key is.
	keyEnds = []string{"apikey", "accesskey", "privatekey", "secretkey"}
	// harmlessEnds are of names that only say where a secret is, or what it is like.
	harmlessEnds = []string{
		"name", "ref", "file", "path", "key", "keys", "url", "namespace", "type", "mode", "duration", "ttl", "kind", "existingsecret", "enabled",
		"encryption", "policy", "length", "version", "lifetime", "expiry", "validity", "issuer", "audience", "header", "algorithm", "seconds",
	}
)

// SoundsSecret tells whether a value of that name is likely to be secret. It is
// for what a person looks at, or for names that say what is in them.
func SoundsSecret(name string) bool {
	plain := plainName(name)
	contains := func(part string) bool { return strings.Contains(plain, part) }
	ends := func(end string) bool { return strings.HasSuffix(plain, end) }
	isPublic := contains("pubkey") || contains("publickey")
	return !isPublic && (slices.ContainsFunc(secretWords, contains) || slices.ContainsFunc(doubtfulWords, contains)) &&
		(slices.ContainsFunc(keyEnds, ends) || !slices.ContainsFunc(harmlessEnds, ends))
}

// CalledSecret tells whether a name is that of a secret itself, and of nothing
// about one: it ends so, as PGPASSWORD and TLS-PRIVATE-KEY do. It is for what is
// refused on account of it.
func CalledSecret(name string) bool {
	plain := plainName(name)
	ends := func(end string) bool { return strings.HasSuffix(plain, end) }
	return slices.ContainsFunc(secretWords, ends) || slices.ContainsFunc(secretEnds, ends)
}

func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}
