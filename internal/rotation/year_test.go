package rotation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// dates are the runs that issued something, by name of the token, in days since
// the start.
type dates map[string][]int

// daily runs a pipeline twice a day, first by two runners at once that start from
// the same commit, and notes what was issued when.
func daily(s *state, days int) dates {
	s.t.Helper()
	issuedOn := dates{}
	for n := range days {
		now := start().Add(time.Duration(n) * day)
		other := *s
		other.maker = fixed(n)
		s.maker = fixed(n)
		result := s.run(now, options())
		beside := other.run(now, options())
		if diff := cmp.Diff(brief(result.Actions), brief(beside.Actions)); diff != "" {
			s.t.Fatalf("day %d: two runs at once decide differently:\n%s", n, diff)
		}
		if diff := cmp.Diff(s.record.Entries(), other.record.Entries()); diff != "" {
			s.t.Fatalf("day %d: two runs at once write different records:\n%s", n, diff)
		}
		for _, made := range result.Tokens {
			issuedOn[made.Entry.Name] = append(issuedOn[made.Entry.Name], n)
		}
		for _, later := range []time.Time{now, now.Add(12 * time.Hour)} {
			if again := s.run(later, options()); len(again.Tokens) > 0 {
				s.t.Fatalf("day %d: a second run issues %+v", n, again.Tokens)
			}
		}
	}
	return issuedOn
}

// fixed makes the same IDs for the same day.
func fixed(n int) rotation.Maker {
	m, i := maker(), 0
	m.NewID = func() string { i++; return fmt.Sprintf("day-%d-%d", n, i) }
	return m
}

// The reference's table: 90 days and 14 before the end, 365 and 30, 180 and 30
// by hand.
func TestAYearOfDailyRuns(t *testing.T) {
	s := newState(t, all(t))
	named := options()
	named.Names = []string{"root"}
	s.run(start(), named)
	want := dates{
		"laptops": {0, 76, 152, 228, 304},
		"ci":      {0, 76, 152, 228, 304},
		"job":     {0, 335},
	}
	if diff := cmp.Diff(want, daily(s, 366)); diff != "" {
		t.Error(diff)
	}
	// Nobody came for the root token, and it was not issued by itself.
	if got := s.record.Named("root"); len(got) > 1 {
		t.Errorf("the root token is %+v", got)
	}
	if got := brief(s.decide(start().Add(150*day-1), options())); slices.ContainsFunc(got, func(line string) bool { return line == "by-hand root due" }) {
		t.Errorf("got %s", got)
	}
}

// A month of daily runs in which each of the four is due on another day.
func TestAMonthOfDailyRuns(t *testing.T) {
	s := newState(t, all(t))
	begin := map[string]time.Duration{"laptops": 3 - 76, "ci": 11 - 76, "job": 17 - 335, "root": 23 - 150}
	for i, name := range []string{"job", "root", "laptops", "ci"} {
		o := options()
		o.Names = []string{name}
		s.maker = fixed(1000 + i)
		// One hour after the pipeline's time, so that the run of the next day is
		// the first at or after the date.
		s.run(start().Add(begin[name]*day-time.Hour), o)
	}
	if diff := cmp.Diff(dates{"laptops": {3}, "ci": {11}, "job": {17}}, daily(s, 30)); diff != "" {
		t.Error(diff)
	}
	for name, since := range begin {
		due := start().Add(since * day).Add(-time.Hour + time.Duration(s.plan.Tokens[name].ValiditySeconds-s.plan.Tokens[name].RotateBeforeSeconds)*time.Second)
		first := s.record.Named(name)[0]
		if !first.RotateAfter.Equal(due) || name != "root" && !first.SupersededAt.Equal(due.Add(time.Hour)) {
			t.Errorf("%s: %+v, want it rotated after %s", name, first, due)
		}
	}
	if got := brief(s.decide(start().Add(23*day), options())); !slices.Contains(got, "by-hand root due") {
		t.Errorf("got %s", got)
	}
}

// A pipeline that comes at any hour, and stays away for up to ten days, leaves no
// moment of the year at which a token is missing: the least lead is fourteen.
func TestThereIsAlwaysALiveToken(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := newState(t, all(t))
		var signed []token.Claims
		s.maker.Sign = func(c token.Claims) (string, error) {
			signed = append(signed, c)
			return c.ID, nil
		}
		for now := start(); now.Before(start().Add(380 * day)); now = now.Add(time.Duration(random.Int64N(int64(10 * day)))) {
			s.run(now, options())
		}
		for _, name := range []string{"ci", "laptops", "job"} {
			for now := start().Add(time.Second); now.Before(start().Add(365 * day)); now = now.Add(time.Hour) {
				if !slices.ContainsFunc(signed, func(c token.Claims) bool {
					return c.Subject == name && !now.Before(c.NotBefore) && now.Before(c.ExpiresAt)
				}) {
					t.Fatalf("seed %d: there is no %s at %s", seed, name, now)
				}
			}
		}
	}
}

// Whatever the times in a spec, a token is rotated at its date and no sooner.
func TestAnyTimesAreKept(t *testing.T) {
	for _, c := range []struct{ validity, lead v1alpha1.Duration }{
		{"1d", "1h"}, {"1d", "23h"}, {"3d 1h", ""}, {"90d", "89d"}, {"365d", "1h"},
	} {
		s := newState(t, one(t, "t", v1alpha1.Token{Type: tokenset.Service, Validity: c.validity, RotateBefore: c.lead}))
		first := s.run(start(), options()).Tokens[0].Entry
		if got := brief(s.decide(first.RotateAfter.Add(-1), options())); !slices.Equal(got, []string{"nothing t"}) {
			t.Errorf("%v: got %s", c, got)
		}
		second := s.run(first.RotateAfter, options()).Tokens
		if len(second) != 1 || !second[0].Entry.IssuedAt.Equal(first.RotateAfter) || second[0].Entry.ExpiresAt.Sub(first.RotateAfter) != first.ExpiresAt.Sub(start()) {
			t.Errorf("%v: got %+v", c, second)
		}
	}
}
