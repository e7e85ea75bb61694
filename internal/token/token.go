// Package token signs, reads and checks the tokens of Attic: JSON Web Tokens,
// signed with RS256, whose claim https://jwt.attic.rs/v1 says what may be done
// with which cache. It reads them as the server does (version 0.1.0, which uses
// jwt-simple 0.11), so that what is let through here is let through there.
package token

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

const (
	// Algorithm is the only one that tokens are signed with.
	Algorithm = "RS256"
	// Namespace is the claim that holds what a token may do.
	Namespace = "https://jwt.attic.rs/v1"
	// MaxLength is how long a token may be, in bytes. Longer ones are refused
	// before anything is done with them; proxies allow little more for a header.
	MaxLength = 16 << 10
)

// Why a token is refused, for errors.Is. The errors that wrap them say more, and
// never hold the token or any part of it.
var (
	ErrMalformed = errors.New("the token is malformed")
	ErrAlgorithm = errors.New("the token is not signed with RS256")
	ErrSignature = errors.New("no known key made the token's signature")
	ErrNoExpiry  = errors.New("the token never expires")
	ErrExpired   = errors.New("the token has expired")
	ErrNotYet    = errors.New("the token is not valid yet")
	ErrIssuer    = errors.New("the token has another issuer")
	ErrAudience  = errors.New("the token is meant for another audience")
)

// Claims are what a token says. A time that is zero is not in the token.
type Claims struct {
	ID, Subject, Issuer string
	Audiences           []string
	// IssuedAt, NotBefore and ExpiresAt are whole seconds.
	IssuedAt, NotBefore, ExpiresAt time.Time
	// Access is what the token allows.
	Access Access
}

// Parsed is a token that was read.
type Parsed struct {
	Claims
	// KeyID, Algorithm and Type are what the header says; KeyID and Type may be
	// empty.
	KeyID, Algorithm, Type string
	// SignedBy is the ID of the key that made the signature. Parse leaves it
	// empty, for it checks none.
	SignedBy string
}

// Digest is by what a token is known in records and logs without being given
// away: the first 16 hex digits of its SHA-256.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
