package tokenset

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// KeyIDHint says what the id of a key looks like.
const KeyIDHint = "write the key's RFC 7638 thumbprint as atticgen token keygen prints it: 43 letters, digits, - and _"

// IsKeyID tells whether a text can be the id of a signing key: the base64url form
// of a SHA-256 digest.
func IsKeyID(id string) bool {
	digest, err := base64.RawURLEncoding.Strict().DecodeString(id)
	// Decoding skips line breaks, so that the length of the text counts too.
	return err == nil && len(digest) == sha256.Size && len(id) == base64.RawURLEncoding.EncodedLen(sha256.Size)
}

// HeaderSegment is how every token begins that a key has signed, up to its first
// dot: base64url of the header, which is the same in all of them.
func HeaderSegment(keyID string) string {
	header, err := json.Marshal(struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
		Type      string `json:"typ"`
	}{"RS256", keyID, "JWT"})
	if err != nil {
		// Strings always marshal.
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(header)
}
