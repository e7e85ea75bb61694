package estate

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// Token is a token that was just issued. However it is printed, it does not show
// itself; only Text and JSON give it away.
type Token struct {
	// Entry is what the record says of it.
	Entry  issued.Entry
	Claims token.Claims

	text string
}

// String does not show the token.
func (t Token) String() string { return "[token " + t.Entry.ID + "]" }

// GoString does not show the token.
func (t Token) GoString() string { return t.String() }

// Text is the token itself.
func (t Token) Text() string { return t.text }

// JSON is the token as Secrets and files hold it: the reference takes it out with
// jq -r .secret.
func (t Token) JSON() []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // Patterns stay legible.
	err := encoder.Encode(struct {
		Name      string              `json:"name"`
		Secret    string              `json:"secret"`
		ID        string              `json:"id"`
		Type      string              `json:"type,omitempty"`
		KeyID     string              `json:"keyID"`
		IssuedAt  string              `json:"issuedAt"`
		ExpiresAt string              `json:"expiresAt"`
		Caches    map[string][]string `json:"caches"`
	}{
		t.Entry.Name, t.text, t.Entry.ID, t.Entry.Type, t.Entry.KeyID, stamp(t.Entry.IssuedAt), stamp(t.Entry.ExpiresAt), caches(t.Claims.Access),
	})
	if err != nil {
		panic(err) // texts always encode
	}
	return text.Bytes()
}

func caches(access token.Access) map[string][]string {
	all := map[string][]string{}
	for _, grant := range access {
		all[grant.Pattern] = grant.Permissions.Names()
	}
	return all
}

// Annotations are what the Secret that holds the token says of it.
func (t Token) Annotations() map[string]string {
	all := map[string]string{}
	for field, value := range map[string]string{
		"issued-at": stamp(t.Entry.IssuedAt), "expires-at": stamp(t.Entry.ExpiresAt), "rotate-after": stamp(t.Entry.RotateAfter),
		"key-id": t.Entry.KeyID, "sha256": t.Entry.Sha256,
	} {
		all[field+".atticgen.dev/"+t.Entry.Name] = value
	}
	return all
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Terms are those that a token is issued on.
type Terms struct {
	// Name of the token, and its subject.
	Name, Type, Secret string
	Issuer             string
	Audiences          []string
	Access             token.Access
	Validity, Lead     time.Duration
}

// Terms are those of a token of the plan.
func (s *Set) Terms(name string) (Terms, bool) {
	planned, ok := s.Plan.Tokens[name]
	if !ok {
		return Terms{}, false
	}
	return Terms{
		Name: name, Type: planned.Type, Secret: planned.Secret, Issuer: s.Tokens.Issuer, Audiences: s.Tokens.Audiences,
		Access:   accessOf(planned.Claims),
		Validity: time.Duration(planned.ValiditySeconds) * time.Second,
		Lead:     time.Duration(planned.RotateBeforeSeconds) * time.Second,
	}, true
}

// accessOf is what a plan's claims allow, names and patterns in order.
func accessOf(claims tokenset.Claims) token.Access {
	var access token.Access
	for _, pattern := range slices.Sorted(maps.Keys(claims.Caches)) {
		may := claims.Caches[pattern]
		access = append(access, token.Grant{Pattern: pattern, Permissions: token.Permissions{
			Pull: may["r"] == 1, Push: may["w"] == 1, Delete: may["d"] == 1, CreateCache: may["cc"] == 1,
			ConfigureCache: may["cr"] == 1, ConfigureRetention: may["cq"] == 1, DestroyCache: may["cd"] == 1,
		}})
	}
	return access
}

// Issue makes a token.
func Issue(key *token.PrivateKey, t Terms, now time.Time) (Token, error) {
	now = now.UTC().Truncate(time.Second)
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return Token{}, fmt.Errorf("no ID could be made: %w", err)
	}
	made := Token{Claims: token.Claims{
		ID: hex.EncodeToString(id), Subject: t.Name, Issuer: t.Issuer, Audiences: t.Audiences,
		IssuedAt: now, NotBefore: now, ExpiresAt: now.Add(t.Validity), Access: t.Access,
	}}
	var err error
	if made.text, err = token.Sign(key, made.Claims); err != nil {
		return Token{}, err
	}
	made.Entry = issued.Entry{
		Name: t.Name, Subject: t.Name, ID: made.Claims.ID, Type: t.Type, KeyID: key.Public().ID(), Sha256: token.Digest(made.text),
		IssuedAt: now, ExpiresAt: made.Claims.ExpiresAt, RotateAfter: made.Claims.ExpiresAt.Add(-t.Lead), Secret: t.Secret,
	}
	return made, nil
}
