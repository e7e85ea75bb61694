package token

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Sign makes a token of claims. Its header is {"alg":"RS256","kid":"…","typ":"JWT"}
// with the ID of the key, byte for byte, and the claims keep the order of Access.
// What the server would refuse, or what would never expire, is not signed.
func Sign(key *PrivateKey, c Claims) (string, error) {
	if err := check(c); err != nil {
		return "", err
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, written{claims: c})
	t.Header["kid"] = key.Public().ID()
	text, err := t.SignedString(key.key)
	if err != nil {
		return "", fmt.Errorf("the token cannot be signed: %w", err)
	}
	if len(text) > MaxLength {
		return "", fmt.Errorf("the token would have %d bytes; at most %d are accepted: name fewer caches, or use patterns", len(text), MaxLength)
	}
	return text, nil
}

// check finds what is wrong with claims that are to be signed.
func check(c Claims) error {
	var errs []error
	if c.ExpiresAt.IsZero() {
		errs = append(errs, errors.New("the token would never expire; set when it does"))
	} else if first, last := c.NotBefore.Unix(), c.ExpiresAt.Unix(); last <= first || last <= c.IssuedAt.Unix() {
		errs = append(errs, errors.New("the token would expire before it is valid; set a later end"))
	}
	for _, t := range []struct {
		what string
		unix int64
		set  bool
	}{
		{"iat", c.IssuedAt.Unix(), !c.IssuedAt.IsZero()},
		{"nbf", c.NotBefore.Unix(), !c.NotBefore.IsZero()},
		{"exp", c.ExpiresAt.Unix(), !c.ExpiresAt.IsZero()},
	} {
		if t.set && (t.unix < 0 || t.unix > lastSecond) {
			errs = append(errs, fmt.Errorf("the time %s is not between the years 1970 and 9999", t.what))
		}
	}
	for _, text := range append([]string{c.ID, c.Subject, c.Issuer}, c.Audiences...) {
		if !utf8.ValidString(text) {
			errs = append(errs, fmt.Errorf("%s is not UTF-8", validate.Quote(text)))
		}
	}
	seen := map[string]bool{}
	for _, g := range c.Access {
		switch {
		case !cachename.IsPattern(g.Pattern):
			errs = append(errs, fmt.Errorf("%s is no name or pattern of caches; %s", validate.Quote(g.Pattern), cachename.PatternHint))
		case seen[g.Pattern]:
			errs = append(errs, fmt.Errorf("%s is granted twice; write it once", validate.Quote(g.Pattern)))
		}
		seen[g.Pattern] = true
	}
	return errors.Join(errs...)
}
