package rotation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// many is a token for caches whose order counts.
func many(t *testing.T) tokenset.Plan {
	t.Helper()
	return one(t, "a.b_c", v1alpha1.Token{Type: tokenset.Service, Caches: map[string]v1alpha1.TokenCache{
		"*-x": {}, "team-*": {}, "main": {Permissions: []string{"push", "pull"}}, "a": {},
		"jobs*a": {Permissions: []string{"createCache", "configureCache", "configureRetention", "pull"}},
	}})
}

func TestClaims(t *testing.T) {
	var got token.Claims
	m := maker()
	m.Sign = func(c token.Claims) (string, error) { got = c; return "x", nil }
	o := rotation.Options{KeyID: "key-1", Issuer: "us", Audiences: []string{"b", "a"}}
	s := newState(t, many(t))
	s.maker = m
	s.run(start(), o)
	pull := token.Permissions{Pull: true}
	want := token.Claims{
		ID: "id-001", Subject: "a.b_c", Issuer: "us", Audiences: []string{"b", "a"},
		IssuedAt: start().Add(-time.Minute), NotBefore: start().Add(-time.Minute), ExpiresAt: start().Add(365 * day),
		Access: token.Access{
			{Pattern: "a", Permissions: pull},
			{Pattern: "main", Permissions: token.Permissions{Pull: true, Push: true}},
			{Pattern: "*-x", Permissions: pull},
			{Pattern: "jobs*a", Permissions: token.Permissions{Pull: true, CreateCache: true, ConfigureCache: true, ConfigureRetention: true}},
			{Pattern: "team-*", Permissions: pull},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	o.Audiences = []string{"a", "b"}
	if rotation.Changes(s.decide(start(), o)) {
		t.Error("audiences in another order make a token outdated")
	}
}

// All permissions of a plan are in the token, under their own names.
func TestPermissions(t *testing.T) {
	for _, permission := range tokenset.Permissions() {
		plan := one(t, "t", v1alpha1.Token{Type: tokenset.Admin, Caches: map[string]v1alpha1.TokenCache{"main": {Permissions: []string{permission}}}})
		m := maker()
		m.Sign = func(c token.Claims) (string, error) {
			return strings.Join(c.Access[0].Permissions.Names(), " "), nil
		}
		s := newState(t, plan)
		s.maker = m
		o := options()
		o.Names = []string{"t"}
		if got := s.run(start(), o).Tokens[0].Value.Token(); got != permission {
			t.Errorf("%s is %s", permission, got)
		}
	}
}

func TestValue(t *testing.T) {
	made := newState(t, many(t)).run(start(), options()).Tokens[0]
	want := `{"secret":"secret-of-id-001","name":"a.b_c","caches":["a","main","*-x","jobs*a","team-*"],` +
		`"permissions":{"*-x":["pull"],"a":["pull"],"jobs*a":["pull","createCache","configureCache","configureRetention"],"main":["pull","push"],"team-*":["pull"]},` +
		`"expiresAt":"2028-01-31T12:00:00Z"}`
	if diff := cmp.Diff(want, string(made.Value.JSON())); diff != "" {
		t.Error(diff)
	}
	annotations := map[string]string{
		"issued-at.atticgen.dev/a.b_c":    "2027-01-31T12:00:00Z",
		"expires-at.atticgen.dev/a.b_c":   "2028-01-31T12:00:00Z",
		"rotate-after.atticgen.dev/a.b_c": "2028-01-01T12:00:00Z",
		"key-id.atticgen.dev/a.b_c":       "key-1",
		"sha256.atticgen.dev/a.b_c":       token.Digest("secret-of-id-001"),
	}
	if diff := cmp.Diff(annotations, made.Annotations); diff != "" {
		t.Error(diff)
	}
	for _, key := range rotation.AnnotationKeys("a.b_c") {
		if _, ok := annotations[key]; !ok {
			t.Errorf("%s is no annotation", key)
		}
	}
}

func TestValueShowsItselfToNobodyByChance(t *testing.T) {
	result := newState(t, many(t)).run(start(), options())
	value := result.Tokens[0].Value
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	shown := string(text) + fmt.Sprint(result, result.Tokens[0].Value) + fmt.Sprintf("%s %q %x %d", value, value, value, value) + fmt.Sprintf("%v %+v %#v", result, result, result) +
		result.Tokens[0].Value.String()
	if strings.Contains(shown, "secret-of") || strings.Contains(shown, fmt.Sprintf("%x", "secret-of")) || strings.Contains(shown, "115 101 99") {
		t.Errorf("a token is shown: %s", shown)
	}
}

func TestSignedTokensAreTaken(t *testing.T) {
	key, err := token.Generate(2048)
	if err != nil {
		t.Fatal(err)
	}
	s := newState(t, many(t))
	s.maker.Sign = func(c token.Claims) (string, error) { return token.Sign(key, c) }
	o := rotation.Options{KeyID: key.Public().ID(), Issuer: "us", Audiences: []string{"them"}}
	made := s.run(start(), o).Tokens[0]
	parsed, err := token.Verify(made.Value.Token(), []*token.PublicKey{key.Public()}, token.Options{Now: start(), Issuer: "us", Audiences: []string{"them"}})
	if err != nil {
		t.Fatal(err)
	}
	if parsed.ID != made.Entry.ID || parsed.KeyID != made.Entry.KeyID || token.Digest(made.Value.Token()) != made.Entry.Sha256 || !parsed.ExpiresAt.Equal(made.Entry.ExpiresAt) {
		t.Errorf("the token is %+v, its entry %+v", parsed, made.Entry)
	}
	for cache, want := range map[string]string{"main": "main", "team-x": "*-x", "team-y": "team-*", "other": ""} {
		if _, by := parsed.Access.For(cache); by != want {
			t.Errorf("%s is decided by %q, want %q", cache, by, want)
		}
	}
}
