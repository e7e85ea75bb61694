package revocation

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Digest is what the list has of a token without an ID: the digest of what is
// signed in it, all before the last dot. Whoever holds the token cannot change a
// letter of that, and can write the signature in several ways.
func Digest(text string) string {
	signed := text[:max(strings.LastIndexByte(text, '.'), 0)]
	sum := sha256.Sum256([]byte(signed))
	return DigestPrefix + hex.EncodeToString(sum[:])
}
