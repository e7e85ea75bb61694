package token

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Options are what a token is checked against, besides its signature.
type Options struct {
	// Now is the time at which the token is to be valid.
	Now time.Time
	// Issuer is the one whose tokens are accepted; empty: any, or none.
	Issuer string
	// Audiences are those of which a token has to name one; empty: any, or none.
	Audiences []string
}

// Verify reads a token and checks its signature against keys, its times, and its
// issuer and audience where some are wanted. All that is wrong with the claims is
// told at once, and nothing about them when the signature is wrong.
//
// It decides as the server does, to the fraction of a second and without any
// tolerance: valid from nbf on up to and including exp, and not issued in the
// future. The ID of a key in the header does not matter to the server, nor here;
// it only tells which key to try first. Where they differ, more is refused here:
//
//   - a token without exp, which the server takes for one that never expires;
//   - a token of more than MaxLength;
//   - a header with crit, which asks for what neither of them does;
//   - times below zero, of which the server makes times far in the future;
//   - JSON arrays in the place of objects, whose fields the server takes by
//     their order;
//   - members of the header that are unknown and hold what is no Unicode or is
//     nested more than 127 deep, and numbers there that are too large.
func Verify(text string, keys []*PublicKey, o Options) (Parsed, error) {
	r, err := read(text)
	if err != nil {
		return Parsed{}, err
	}
	if r.Algorithm != Algorithm {
		return Parsed{}, ErrAlgorithm
	}
	for _, key := range order(keys, r.KeyID) {
		// The method is named here and not taken from the header, so that a token
		// cannot choose it.
		if jwt.SigningMethodRS256.Verify(r.signed, r.signature, key.key) == nil {
			r.SignedBy = key.ID()
			break
		}
	}
	if r.SignedBy == "" {
		return Parsed{}, ErrSignature
	}
	if err := errors.Join(checkTimes(r.Claims, o.Now), checkParties(r.Claims, o)); err != nil {
		return Parsed{}, err
	}
	return r.Parsed, nil
}

// order puts the keys with an ID first.
func order(keys []*PublicKey, id string) []*PublicKey {
	if len(keys) < 2 || id == "" {
		return keys
	}
	keys = slices.Clone(keys)
	slices.SortStableFunc(keys, func(a, b *PublicKey) int {
		switch isA, isB := a.ID() == id, b.ID() == id; {
		case isA == isB:
			return 0
		case isA:
			return -1
		default:
			return 1
		}
	})
	return keys
}

// checkTimes finds what is wrong with the times of a token.
func checkTimes(c Claims, now time.Time) error {
	var errs []error
	if c.IssuedAt.After(now) {
		errs = append(errs, fmt.Errorf("%w: it was issued at %s; are the clocks right?", ErrNotYet, stamp(c.IssuedAt)))
	}
	if c.NotBefore.After(now) {
		errs = append(errs, fmt.Errorf("%w: it begins at %s", ErrNotYet, stamp(c.NotBefore)))
	}
	switch {
	case c.ExpiresAt.IsZero():
		errs = append(errs, fmt.Errorf("%w; issue one that does", ErrNoExpiry))
	case now.After(c.ExpiresAt):
		errs = append(errs, fmt.Errorf("%w: it ended at %s; issue a new one", ErrExpired, stamp(c.ExpiresAt)))
	}
	return errors.Join(errs...)
}

// checkParties finds what is wrong with who issued a token and for whom.
func checkParties(c Claims, o Options) error {
	var errs []error
	if o.Issuer != "" && c.Issuer != o.Issuer {
		errs = append(errs, ErrIssuer)
	}
	meant := func(audience string) bool { return slices.Contains(o.Audiences, audience) }
	if len(o.Audiences) > 0 && !slices.ContainsFunc(c.Audiences, meant) {
		errs = append(errs, ErrAudience)
	}
	return errors.Join(errs...)
}

// stamp is a time as messages write it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
