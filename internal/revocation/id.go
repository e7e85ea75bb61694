package revocation

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

// DigestPrefix is what an ID in the list begins with that names a token by the
// SHA-256 of what is signed in it, all before the last dot: the way to name one
// without an ID of its own.
const DigestPrefix = "sha256:"

// isDigest tells whether a text is a SHA-256 in the digits of an alphabet.
func isDigest(text, digits string) bool {
	return len(text) == 2*sha256.Size && strings.Trim(text, digits) == ""
}

const (
	lowerHex = "0123456789abcdef"
	anyHex   = lowerHex + "ABCDEF"
)

// misread says what is wrong with a word as an ID, and what to write instead; it
// says nothing of a good one. A digest in any other form than the server's would
// stand in the list and never be found.
func misread(id string) (message, hint string) {
	const form = DigestPrefix + " and 64 digits of 0-9 and a-f, the SHA-256 of all before the last dot of the token"
	prefix := id[:min(len(id), len(DigestPrefix))]
	switch {
	case isDigest(id, anyHex):
		return fmt.Sprintf("is %s, which looks like a digest and would be looked for as the ID (jti) of a token", diag.Quote(id)), "write " + form
	case strings.EqualFold(prefix, DigestPrefix) && (prefix != DigestPrefix || !isDigest(id[len(prefix):], lowerHex)):
		return fmt.Sprintf("is %s, which is no digest", diag.Quote(id)), "write " + form
	}
	return "", ""
}

// checkID is for an ID that is read.
func checkID(item *ledger.Item, field, id string) string {
	if message, hint := misread(id); message != "" {
		item.Bad(field, message, hint)
	}
	return item.ID(field, id)
}
