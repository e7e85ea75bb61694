package token

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

const (
	// maxSegment is how long the first segment of a token may be. The server has
	// the same bound.
	maxSegment = 8192
	// lastSecond is the end of the year 9999, after which RFC 3339 has no times.
	lastSecond = 253402300799
)

// Parse reads a token without checking its signature, its times or for whom it
// is: to show what it says. What the server could not read is ErrMalformed, but
// any algorithm and a missing exp are let through.
func Parse(text string) (Parsed, error) {
	r, err := read(text)
	return r.Parsed, err
}

// readToken is a token with what its signature is checked by.
type readToken struct {
	Parsed

	signed    string
	signature []byte
}

// read takes a token apart.
func read(text string) (readToken, error) {
	if len(text) > MaxLength {
		return readToken{}, malformed("it has %d bytes, and at most %d are read", len(text), MaxLength)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return readToken{}, malformed("it has %d parts between dots instead of 3; is it complete, and is nothing around it?", len(parts))
	}
	if len(parts[0]) > maxSegment {
		return readToken{}, malformed("its header has %d bytes, and at most %d are read", len(parts[0]), maxSegment)
	}
	var decoded [3][]byte
	for i, what := range []string{"header", "claims", "signature"} {
		var err error
		// The decoder skips line breaks, which the server does not.
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(parts[i]); err != nil || strings.ContainsAny(parts[i], "\r\n") {
			return readToken{}, malformed("its %s is no base64url without padding", what)
		}
	}
	r := readToken{signed: parts[0] + "." + parts[1], signature: decoded[2]}
	if err := r.readHeader(decoded[0]); err != nil {
		return readToken{}, err
	}
	if err := r.readClaims(decoded[1]); err != nil {
		return readToken{}, err
	}
	return r, nil
}

// malformed is an ErrMalformed that says more.
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// readHeader reads the header.
func (r *readToken) readHeader(data []byte) error {
	o, err := readObject("header", data)
	if err != nil {
		return err
	}
	for _, name := range []string{"cty", "jku", "jwk", "x5u", "x5t", "x5t#S256"} {
		_ = o.optionalText(name)
	}
	r.Algorithm, r.KeyID, r.Type = o.text("alg"), o.optionalText("kid"), o.optionalText("typ")
	if chain, ok := o.take("x5c"); ok && string(chain) != "null" {
		_ = o.textList("x5c", chain)
	}
	if critical, ok := o.take("crit"); ok && string(critical) != "null" {
		o.fail("crit", "asks for extensions, and there are none")
	}
	// An empty type is another one than none.
	if kind, ok := o.take("typ"); ok && string(kind) != "null" {
		if t := strings.ToUpper(r.Type); t != "JWT" && !strings.HasSuffix(t, "+JWT") {
			o.fail("typ", "is not JWT")
		}
	}
	return o.err
}

// readClaims reads the claims.
func (r *readToken) readClaims(data []byte) error {
	o, err := readObject("claims", data)
	if err != nil {
		return err
	}
	r.Issuer, r.Subject, r.ID = o.optionalText("iss"), o.optionalText("sub"), o.optionalText("jti")
	r.IssuedAt, r.NotBefore, r.ExpiresAt = o.time("iat"), o.time("nbf"), o.time("exp")
	_ = o.optionalText("nonce")
	if audience, ok := o.take("aud"); ok {
		r.Audiences = o.textOrList("aud", audience)
	}
	namespace := o.object(Namespace)
	if o.err != nil {
		return o.err
	}
	caches := namespace.object("caches")
	if namespace.err != nil {
		return namespace.err
	}
	r.Access, err = readAccess(caches)
	return err
}

// unix is a time from its seconds.
func unix(seconds int64) time.Time { return time.Unix(min(seconds, lastSecond), 0).UTC() }
