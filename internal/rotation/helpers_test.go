package rotation_test

import (
	"fmt"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

const day = 24 * time.Hour

func start() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }

// planOf is the plan of a spec, with all defaults.
func planOf(t *testing.T, s v1alpha1.TokenSetSpec) tokenset.Plan {
	t.Helper()
	set := v1alpha1.TokenSet{Metadata: v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"}, Spec: v1alpha1.TokenSetKindSpec{TokenSetSpec: s}}
	if _, problems := tokenset.Generate(set); validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return tokenset.PlanOf(naming.Set{Name: "attic", Namespace: "nix-cache"}, tokenset.Default(set).Spec.TokenSetSpec)
}

// one is a plan with one token, for the cache main.
func one(t *testing.T, name string, token v1alpha1.Token) tokenset.Plan {
	t.Helper()
	if token.Caches == nil {
		token.Caches = map[string]v1alpha1.TokenCache{"main": {}}
	}
	return planOf(t, v1alpha1.TokenSetSpec{Tokens: map[string]v1alpha1.Token{name: token}})
}

// all is a plan with a token of each type.
func all(t *testing.T) tokenset.Plan {
	t.Helper()
	main := map[string]v1alpha1.TokenCache{"main": {}}
	return planOf(t, v1alpha1.TokenSetSpec{
		Tokens: map[string]v1alpha1.Token{
			"laptops": {Caches: main}, "ci": {Type: tokenset.ReadWrite, Caches: main}, "job": {Type: tokenset.Service, Caches: main},
		},
		RootToken: &v1alpha1.RootToken{},
	})
}

// maker counts IDs, and what it signs says nothing but whose it is.
func maker() rotation.Maker {
	n := 0
	return rotation.Maker{
		NewID: func() string { n++; return fmt.Sprintf("id-%03d", n) },
		Sign:  func(c token.Claims) (string, error) { return "secret-of-" + c.ID, nil },
	}
}

func options() rotation.Options { return rotation.Options{KeyID: "key-1"} }

// state is what is kept between runs.
type state struct {
	t       *testing.T
	plan    tokenset.Plan
	record  issued.Record
	revoked revocation.List
	maker   rotation.Maker
}

func newState(t *testing.T, plan tokenset.Plan) *state {
	t.Helper()
	return &state{t: t, plan: plan, maker: maker()}
}

func (s *state) decide(now time.Time, o rotation.Options) []rotation.Action {
	return rotation.Plan(s.plan, s.record, s.revoked, now, o)
}

// run is one run of a pipeline. The record goes through its file, as it does
// there.
func (s *state) run(now time.Time, o rotation.Options) rotation.Result {
	s.t.Helper()
	result, err := rotation.Apply(s.decide(now, o), s.record, s.maker, now, o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.record = reread(s.t, result.Record)
	return result
}

func (s *state) revoke(id string, at time.Time) {
	s.t.Helper()
	e, ok := s.record.Find(id)
	if !ok {
		s.t.Fatalf("%s was never issued", id)
	}
	var err error
	s.revoked, err = s.revoked.Add(revocation.Entry{ID: id, Subject: e.Subject, Name: e.Name, Reason: "leaked", RevokedAt: at, ExpiresAt: e.ExpiresAt})
	if err != nil {
		s.t.Fatal(err)
	}
}

// brief is what is done, as in "rotate ci due".
func brief(actions []rotation.Action) []string {
	var lines []string
	for _, a := range actions {
		line := fmt.Sprintf("%s %s", a.Kind, a.Name)
		if a.Reason != "" {
			line += " " + string(a.Reason)
		}
		lines = append(lines, line)
	}
	return lines
}
