// Package redact takes secrets out of text that people are going to see: tokens
// (JSON Web Tokens, signed or not), private keys in PEM form, and keys of age. It
// finds them also where they stand in base64, as in Basic credentials and in the
// data of Secrets, and percent-encoded.
//
// It is a net under code that takes care not to print secrets, not a leave to
// print them: what is encrypted, compressed or cut into pieces is not found.
package redact

import (
	"regexp"
	"strings"
	"sync"
)

// mark stands where a secret was.
const mark = "[redacted]"

// layers is how often base64 is looked into: what Kubernetes keeps of
// ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64 is base64 of base64 of the key.
const layers = 2

// String is a text with [redacted] in the place of every secret. A private key
// whose end is missing takes the rest of the text with it.
func String(s string) string {
	if isMarked(s) {
		s = secret().ReplaceAllLiteralString(s, mark)
	}
	return withoutEncoded(s)
}

// isMarked tells whether a text can hold a secret that is not encoded. It is quick,
// which matters where nothing is to be found.
func isMarked(s string) bool {
	return strings.Contains(s, "eyJ") || strings.Contains(s, "PRIVATE") ||
		strings.Contains(s, "AGE-SECRET-KEY-") || strings.Contains(s, "age-secret-key-")
}

// The parts of expressions. Dashes and spaces may be percent-encoded or escaped
// as in JSON.
const (
	dashes = `(?:-|%2[dD]|\\u002[dD]){5}`
	label  = `[^-]{0,80}PRIVATE(?: |%20|\+|\\u0020)KEY[^-]{0,20}?` + dashes

	pemBegin = dashes + `BEGIN` + label
	pemEnd   = dashes + `END` + label
	// A token is known by its header, which is a JSON object and so begins with eyJ
	// in base64. A header alone is no secret.
	jwt = `eyJ[A-Za-z0-9_-]{8,}(?:(?:\.|%2[eE])[A-Za-z0-9_-]{2,}){1,4}`
	age = `(?i:AGE-SECRET-KEY-(?:[A-Z0-9]+-)?1[A-Z0-9]{10,})`
)

// Compiled when first needed: most runs of the program redact nothing.
var (
	secret = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)` + pemBegin + `.*?(?:` + pemEnd + `|\z)|` + jwt + `|` + age)
	})
	begin = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pemBegin) })
	end   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pemEnd) })
)

// isSecret tells whether a text holds a secret that is not encoded.
func isSecret(s string) bool { return isMarked(s) && secret().MatchString(s) }
