package rotation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

func reread(t *testing.T, r issued.Record) issued.Record {
	t.Helper()
	data, err := r.ConfigMap(meta.Scope{Namespace: "nix-cache", PartOf: "attic"})
	if err != nil {
		t.Fatal(err)
	}
	again, diags := issued.ReadConfigMap("record.yaml", data)
	if diags != nil || !slices.Equal(r.Entries(), again.Entries()) {
		t.Fatalf("what is written is not read: %v\n%s", diags, data)
	}
	return again
}

// The last token is issued at the start and valid for 90 days; it is due 14 days
// before.
func TestReasons(t *testing.T) {
	due, end := start().Add(76*day), start().Add(90*day)
	retire := options()
	retire.KeyID, retire.Retire = "key-2", true
	asked := options()
	asked.Names, asked.Force = []string{"ci"}, true
	for name, c := range map[string]struct {
		change func(*state)
		now    time.Time
		o      rotation.Options
		want   string
		since  time.Time
	}{
		"fresh":                   {nil, start(), options(), "nothing ci", time.Time{}},
		"a moment before":         {nil, due.Add(-time.Nanosecond), options(), "nothing ci", time.Time{}},
		"to the second":           {nil, due, options(), "rotate ci due", due},
		"late":                    {nil, end.Add(-time.Second), options(), "rotate ci due", due},
		"too late":                {nil, end, options(), "issue ci expired", end},
		"much too late":           {nil, end.AddDate(1, 0, 0), options(), "issue ci expired", end},
		"nothing known":           {func(s *state) { s.record = issued.Record{} }, start(), options(), "issue ci missing", time.Time{}},
		"revoked":                 {func(s *state) { s.revoke("id-001", start().Add(day)) }, start().Add(2 * day), options(), "issue ci revoked", start().Add(day)},
		"revoked, then expired":   {func(s *state) { s.revoke("id-001", start().Add(day)) }, end, options(), "issue ci expired", end},
		"another key":             {nil, start(), rotation.Options{KeyID: "key-2"}, "nothing ci", time.Time{}},
		"its key goes":            {nil, start(), retire, "rotate ci key", time.Time{}},
		"due, and its key goes":   {nil, due, retire, "rotate ci due", due},
		"asked":                   {nil, start().Add(time.Second), asked, "rotate ci asked", time.Time{}},
		"asked in the second":     {nil, start().Add(time.Second - 1), asked, "nothing ci", time.Time{}},
		"permissions":             {replan(v1alpha1.Token{Type: tokenset.ReadWrite, Caches: map[string]v1alpha1.TokenCache{"main": {Permissions: []string{"pull"}}}}), start(), options(), "rotate ci outdated", time.Time{}},
		"caches":                  {replan(v1alpha1.Token{Type: tokenset.ReadWrite, Caches: map[string]v1alpha1.TokenCache{"main": {}, "b": {}}}), start(), options(), "rotate ci outdated", time.Time{}},
		"type":                    {replan(v1alpha1.Token{Type: tokenset.ReadOnly}), start(), options(), "rotate ci outdated", time.Time{}},
		"another type, by hand":   {replan(v1alpha1.Token{Type: tokenset.Admin}), start(), options(), "by-hand ci outdated", time.Time{}},
		"issuer":                  {nil, start(), rotation.Options{KeyID: "key-1", Issuer: "us"}, "rotate ci outdated", time.Time{}},
		"audience":                {nil, start(), rotation.Options{KeyID: "key-1", Audiences: []string{"us"}}, "rotate ci outdated", time.Time{}},
		"validity of less":        {replan(v1alpha1.Token{Type: tokenset.ReadWrite, Validity: "89d"}), start(), options(), "rotate ci outdated", time.Time{}},
		"validity of more":        {replan(v1alpha1.Token{Type: tokenset.ReadWrite, Validity: "91d"}), start(), options(), "nothing ci", time.Time{}},
		"most validity of less":   {nil, start(), rotation.Options{KeyID: "key-1", MaxValidity: 30 * day}, "rotate ci outdated", time.Time{}},
		"longer lead":             {replan(v1alpha1.Token{Type: tokenset.ReadWrite, RotateBefore: "40d"}), start().Add(50 * day), options(), "rotate ci due", start().Add(50 * day)},
		"description":             {replan(v1alpha1.Token{Type: tokenset.ReadWrite, Description: "for builds"}), start(), options(), "nothing ci", time.Time{}},
		"issued elsewhere":        {func(s *state) { s.record = withoutAccess(s.record) }, start(), options(), "nothing ci", time.Time{}},
		"not planned":             {func(s *state) { s.plan = tokenset.Plan{} }, start(), options(), "orphan ci", time.Time{}},
		"not planned, revoked":    {func(s *state) { s.plan = tokenset.Plan{}; s.revoke("id-001", start()) }, start(), options(), "", time.Time{}},
		"not planned, expired":    {func(s *state) { s.plan = tokenset.Plan{} }, end, options(), "", time.Time{}},
		"successor was forgotten": {func(s *state) { s.record = s.record.Supersede("ci", start()) }, start(), options(), "issue ci missing", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newState(t, one(t, "ci", v1alpha1.Token{Type: tokenset.ReadWrite}))
			s.run(start(), options())
			if c.change != nil {
				c.change(s)
			}
			actions := s.decide(c.now, c.o)
			if got := strings.Join(brief(actions), ", "); got != c.want {
				t.Fatalf("got %s, want %s", got, c.want)
			}
			if len(actions) > 0 && !actions[0].Since.Equal(c.since) {
				t.Errorf("since %s, want %s", actions[0].Since, c.since)
			}
			// Whatever there was to be done, it is done once.
			s.run(c.now, c.o)
			if again := s.decide(c.now, c.o); rotation.Changes(again) {
				t.Errorf("a second run does something, too: %s", brief(again))
			}
		})
	}
}

// replan gives the token another plan.
func replan(token v1alpha1.Token) func(*state) {
	return func(s *state) { s.plan = one(s.t, "ci", token) }
}

func withoutAccess(r issued.Record) issued.Record {
	entries := r.Entries()
	for i := range entries {
		entries[i].Access = ""
	}
	return issued.Of(entries...)
}

func TestRootTokensAreIssuedForWhoNamesThem(t *testing.T) {
	s := newState(t, all(t))
	s.run(start(), options())
	if got := brief(s.decide(start(), options())); !slices.Contains(got, "by-hand root missing") || s.record.Named("root") != nil {
		t.Errorf("got %s", got)
	}
	named := options()
	named.Names = []string{"root"}
	if got := brief(s.run(start(), named).Actions); !slices.Equal(got, []string{"issue root missing"}) {
		t.Errorf("got %s", got)
	}
	due := start().Add(150 * day)
	if got := brief(s.decide(due, options())); !slices.Contains(got, "by-hand root due") {
		t.Errorf("got %s", got)
	}
	if got := brief(s.decide(due.Add(30*day), options())); !slices.Contains(got, "by-hand root expired") {
		t.Errorf("got %s", got)
	}
	if got := brief(s.run(due, named).Actions); !slices.Equal(got, []string{"rotate root due"}) {
		t.Errorf("got %s", got)
	}
}

func TestCheckNames(t *testing.T) {
	plan := all(t)
	if err := rotation.CheckNames(plan, []string{"root", "ci"}); err != nil {
		t.Error(err)
	}
	err := rotation.CheckNames(plan, []string{"ci", "x\x1b", "y"})
	if want := `no token is planned with the name "x\x1b", "y"; planned are ci, job, laptops, root`; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	err = rotation.CheckNames(tokenset.Plan{}, []string{"ci"})
	if want := `no token is planned, so not "ci" either; add it to the spec`; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestWhatIsReplacedEndsInItsTime(t *testing.T) {
	s := newState(t, one(t, "ci", v1alpha1.Token{}))
	s.run(start(), options())
	due, end := start().Add(76*day), start().Add(90*day)
	result := s.run(due, options())
	if len(result.Tokens) != 1 || result.Tokens[0].Old == nil || result.Tokens[0].Old.ID != "id-001" || result.Actions[0].New.ID != "id-002" {
		t.Fatalf("got %+v", result)
	}
	if live := s.record.Live("ci", end.Add(-1)); len(live) != 2 || !live[0].SupersededAt.Equal(due) {
		t.Errorf("live are %+v", live)
	}
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{end.Add(-rotation.Soon - 1), "nothing ci"},
		{end.Add(-rotation.Soon), "nothing ci, expiring ci"},
		{end, "nothing ci"},
	} {
		if got := strings.Join(brief(s.decide(c.now, options())), ", "); got != c.want {
			t.Errorf("at %s: got %s, want %s", c.now, got, c.want)
		}
	}
}

// Two runs beside each other may have issued one each before their changes were
// put together.
func TestTwoSuccessors(t *testing.T) {
	s := newState(t, one(t, "ci", v1alpha1.Token{}))
	s.run(start(), options())
	twin := s.record.Entries()[0]
	twin.ID = "id-000"
	s.record = s.record.Add(twin)
	if got := brief(s.decide(start(), options())); !slices.Equal(got, []string{"nothing ci"}) {
		t.Errorf("got %s", got)
	}
	s.run(start().Add(76*day), options())
	for _, e := range s.record.Named("ci") {
		if e.Superseded() != (e.ID != "id-002") {
			t.Errorf("%+v", e)
		}
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	s := newState(t, all(t))
	cause := errors.New("the key is gone")
	for name, c := range map[string]struct {
		maker rotation.Maker
		want  string
	}{
		"sign": {rotation.Maker{NewID: maker().NewID, Sign: func(c token.Claims) (string, error) {
			if c.Subject == "job" {
				return "", cause
			}
			return "x", nil
		}}, `token "job" cannot be issued: the key is gone`},
		"same ID": {rotation.Maker{NewID: func() string { return "a" }, Sign: maker().Sign}, `token "job" cannot be issued: its ID is that of another token`},
		"no ID":   {rotation.Maker{NewID: func() string { return "" }, Sign: maker().Sign}, `token "ci" cannot be issued: its ID is no word`},
	} {
		result, err := rotation.Apply(s.decide(start(), options()), s.record, c.maker, start(), options())
		if err == nil || err.Error() != c.want || result.Tokens != nil || result.Record.Entries() != nil {
			t.Errorf("%s: error is %v, and %+v is issued", name, err, result.Tokens)
		}
	}
}

func TestRecordForgetsWhenItChangesAlone(t *testing.T) {
	s := newState(t, one(t, "ci", v1alpha1.Token{}))
	s.run(start(), options())
	s.run(start().Add(76*day), options())
	forgotten := start().Add(90*day + issued.Kept + time.Second)
	before := s.record.Entries()
	s.run(forgotten, options())
	if diff := cmp.Diff(before, s.record.Entries()); diff != "" {
		t.Errorf("a run that issues nothing changes the record:\n%s", diff)
	}
	s.run(start().Add(152*day), options())
	if _, ok := s.record.Find("id-001"); ok || len(s.record.Entries()) != 2 {
		t.Errorf("the record is %+v", s.record.Entries())
	}
}

func TestValidityIsNeverMoreThanAllowed(t *testing.T) {
	s := newState(t, one(t, "job", v1alpha1.Token{Type: tokenset.Service}))
	o := options()
	o.MaxValidity = 20 * day
	e := s.run(start().Add(999*time.Millisecond), o).Tokens[0].Entry
	if !e.IssuedAt.Equal(start()) || !e.ExpiresAt.Equal(start().Add(20*day)) || !e.RotateAfter.Equal(start().Add(10*day)) {
		t.Errorf("got %+v", e)
	}
	if got := brief(s.decide(start().Add(10*day-1), o)); !slices.Equal(got, []string{"nothing job"}) {
		t.Errorf("got %s", got)
	}
}

func TestOptionsOf(t *testing.T) {
	got := rotation.OptionsOf(v1alpha1.TokenSetSpec{Issuer: "us", Audiences: []string{"them"}, MaxValidity: "30d"}, "key-1")
	want := rotation.Options{KeyID: "key-1", Issuer: "us", Audiences: []string{"them"}, MaxValidity: 30 * day}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What a verification of the environment holds all objects to.
func TestFilesHoldNothingThatLooksSecret(t *testing.T) {
	s := newState(t, all(t))
	s.run(start(), options())
	s.revoke("id-001", start())
	scope := meta.Scope{Namespace: "nix-cache", PartOf: "attic"}
	record, err := s.record.ConfigMap(scope)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.revoked.ConfigMap(scope)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{record, list} {
		object, err := manifest.FromYAML(data)
		if err != nil || policy.HoldsCredential(object) {
			t.Errorf("%v\n%s", err, data)
		}
	}
}
