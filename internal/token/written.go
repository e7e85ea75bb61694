package token

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// written is how claims are written into a token. The library wants them to have
// the methods of its own claims, and calls none of them to sign.
type written struct {
	jwt.Claims

	claims Claims
}

// MarshalJSON writes the claims in a fixed order, and what they allow in theirs.
func (w written) MarshalJSON() ([]byte, error) {
	c := w.claims
	var o object
	for _, text := range []struct{ key, value string }{{"iss", c.Issuer}, {"sub", c.Subject}, {"jti", c.ID}} {
		if text.value != "" {
			o.add(text.key, text.value)
		}
	}
	if len(c.Audiences) > 0 {
		o.add("aud", c.Audiences)
	}
	if !c.IssuedAt.IsZero() {
		o.add("iat", c.IssuedAt.Unix())
	}
	if !c.NotBefore.IsZero() {
		o.add("nbf", c.NotBefore.Unix())
	}
	o.add("exp", c.ExpiresAt.Unix())
	o.add(Namespace, map[string]json.Marshaler{"caches": c.Access})
	return o.MarshalJSON()
}

// MarshalJSON writes an object with a member for each grant, in their order, as
// it stands in a token. Permissions that are not given are left out.
func (a Access) MarshalJSON() ([]byte, error) {
	var o object
	for _, g := range a {
		o.add(g.Pattern, g.Permissions)
	}
	return o.MarshalJSON()
}

// MarshalJSON writes each permission that is given as 1.
func (p Permissions) MarshalJSON() ([]byte, error) {
	var o object
	for _, one := range permissions() {
		if *one.of(&p) {
			o.add(one.claim, 1)
		}
	}
	return o.MarshalJSON()
}

// object is a JSON object whose members keep the order in which they are added.
type object struct {
	members [][]byte
	err     error
}

// add adds a member.
func (o *object) add(key string, value any) {
	name, badName := json.Marshal(key)
	text, badText := json.Marshal(value)
	o.err = errors.Join(o.err, badName, badText)
	o.members = append(o.members, append(append(name, ':'), text...))
}

// MarshalJSON is the text of the object.
func (o *object) MarshalJSON() ([]byte, error) {
	text := append([]byte("{"), bytes.Join(o.members, []byte(","))...)
	return append(text, '}'), o.err
}
