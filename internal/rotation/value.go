package rotation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// hidden is what is seen of a value that somebody prints by mistake.
const hidden = "[token]"

// Value is a token in the form in which a Secret holds it. It shows itself to
// those alone who ask for it.
type Value struct {
	token string
	json  []byte
}

// Token is the token itself.
func (v Value) Token() string { return v.token }

// JSON is what the Secret holds: one line, which CI systems can mask, with the
// token as secret and what its holder wants to know of it.
//
//	{"secret":"…","name":"…","caches":["main"],"permissions":{"main":["pull"]},"expiresAt":"2027-01-31T12:00:00Z"}
func (v Value) JSON() []byte { return bytes.Clone(v.json) }

// Format is part of fmt.Formatter.
func (Value) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// String is part of fmt.Stringer.
func (Value) String() string { return hidden }

// MarshalText is part of encoding.TextMarshaler.
func (Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

func valueOf(text, name string, claims token.Claims) Value {
	fields := struct {
		Secret      string              `json:"secret"`
		Name        string              `json:"name"`
		Caches      []string            `json:"caches"`
		Permissions map[string][]string `json:"permissions"`
		ExpiresAt   string              `json:"expiresAt"`
	}{text, name, []string{}, map[string][]string{}, ledger.Text(claims.ExpiresAt)}
	for _, grant := range claims.Access {
		fields.Caches = append(fields.Caches, grant.Pattern)
		fields.Permissions[grant.Pattern] = grant.Permissions.Names()
	}
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		panic(err) // texts always encode
	}
	return Value{token: text, json: []byte(strings.TrimSuffix(line.String(), "\n"))}
}

// Annotations say of a token in a Secret what its record says, so that whoever
// looks at the cluster can tell which one is there. They hold nothing secret.
func Annotations(e issued.Entry) map[string]string {
	keys := AnnotationKeys(e.Name)
	values := []string{text(e.IssuedAt), text(e.ExpiresAt), text(e.RotateAfter), e.KeyID, e.Sha256}
	annotations := make(map[string]string, len(keys))
	for i, key := range keys {
		annotations[key] = values[i]
	}
	return annotations
}

// AnnotationKeys are the keys of the annotations for a token.
func AnnotationKeys(name string) []string {
	keys := []string{"issued-at", "expires-at", "rotate-after", "key-id", "sha256"}
	for i := range keys {
		keys[i] += ".atticgen.dev/" + name
	}
	return keys
}

func text(t time.Time) string { return ledger.Text(t) }
