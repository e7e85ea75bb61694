// Package rotation decides which tokens are to be issued, and issues them. It is
// pure: the plan, the record of issued tokens, the list of revoked ones and the
// time are handed in, and so are what makes IDs and what signs. The same input
// gives the same decisions, on any machine and however often it is asked, so
// that a pipeline may run at any time, twice, or beside another one.
//
// A token that has a successor stays valid until its own end: clients have that
// long to take the new one.
package rotation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

// Options are what decisions depend on besides plan, lists and time.
type Options struct {
	// KeyID is that of the key that tokens are signed with now.
	KeyID string
	// Retire issues anew what another key has signed, because that key is about
	// to be taken from the server.
	Retire bool
	// Names are the tokens that somebody asks for; none is the whole plan, of
	// which those that are rotated by hand are only reported. Check them with
	// [CheckNames] first.
	Names []string
	// Force rotates what is in Names even if nothing asks for it.
	Force bool
	// Issuer and Audiences are as in the spec; empty is not carried.
	Issuer    string
	Audiences []string
	// MaxValidity is the longest that any token is valid, whatever the plan says;
	// 0 is as planned.
	MaxValidity time.Duration
}

// OptionsOf are the options for a defaulted and checked spec. Whoever leaves out
// what the spec says takes all its tokens for outdated.
func OptionsOf(s v1alpha1.TokenSetSpec, keyID string) Options {
	// What has been checked can be read.
	most, _ := validate.ParseDuration(string(s.MaxValidity))
	return Options{KeyID: keyID, Issuer: s.Issuer, Audiences: s.Audiences, MaxValidity: most}
}

// Kind is what is done about a token.
type Kind string

// What can be done about a token. Issue and Rotate alone change anything.
const (
	// Issue makes a token of which there is no valid one.
	Issue Kind = "issue"
	// Rotate makes the successor of one that is valid.
	Rotate Kind = "rotate"
	// ByHand is what Issue or Rotate would do, for a token that a person rotates.
	ByHand Kind = "by-hand"
	// Orphan is a valid token that the plan does not name.
	Orphan Kind = "orphan"
	// Expiring is a token with a successor that ends within [Soon].
	Expiring Kind = "expiring"
	// Nothing is to be done.
	Nothing Kind = "nothing"
)

// Soon is how long before its end a token that has a successor is spoken of: so
// that a weekend lies between, and no daily report repeats it for long.
const Soon = 3 * 24 * time.Hour

// Reason is why something is done.
type Reason string

// Why a token is issued or rotated. When there are several, it is the first.
const (
	// Missing: none was issued, or none is known of.
	Missing Reason = "missing"
	// Expired: the last one has ended, and nobody came in time.
	Expired Reason = "expired"
	// Revoked: the last one is revoked, and the plan still names it.
	Revoked Reason = "revoked"
	// Due: its end is near.
	Due Reason = "due"
	// Key: another key has signed it, which is to be retired.
	Key Reason = "key"
	// Outdated: the plan says otherwise than when it was issued.
	Outdated Reason = "outdated"
	// Asked: somebody asked for it.
	Asked Reason = "asked"
)

// Action is what is done about one token, and why.
type Action struct {
	Kind   Kind
	Reason Reason
	// Name of the token, and what is planned for it; an orphan has no plan.
	Name    string
	Planned tokenset.PlannedToken
	// Old is the token that it is about: the one to be replaced, the last one that
	// there was, or the one that ends. Nil is none.
	Old *issued.Entry
	// DueAt is when Old is rotated by the plan; zero without a valid one.
	DueAt time.Time
	// Since is when it became due, expired or was revoked; else zero.
	Since time.Time
	// New is the token that was issued; nil until [Apply] has done so.
	New *issued.Entry
}

// Changes tells whether any action issues a token.
func Changes(actions []Action) bool { return slices.ContainsFunc(actions, Action.changes) }

func (a Action) changes() bool { return a.Kind == Issue || a.Kind == Rotate }

// CheckNames finds names that the plan does not have.
func CheckNames(plan tokenset.Plan, names []string) error {
	var unknown []string
	for _, name := range names {
		if _, ok := plan.Tokens[name]; !ok {
			unknown = append(unknown, diag.Quote(name))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	planned := slices.Sorted(maps.Keys(plan.Tokens))
	if len(planned) == 0 {
		return fmt.Errorf("no token is planned, so not %s either; add it to the spec", strings.Join(unknown, ", "))
	}
	return fmt.Errorf("no token is planned with the name %s; planned are %s", strings.Join(unknown, ", "), strings.Join(planned, ", "))
}

// Plan is what is to be done about each token, by name: one action for each that
// is planned, and one for each that ends without anything being done.
func Plan(plan tokenset.Plan, record issued.Record, revoked revocation.List, now time.Time, o Options) []Action {
	names := map[string]bool{}
	for name := range plan.Tokens {
		names[name] = true
	}
	for _, e := range record.Entries() {
		names[e.Name] = true
	}
	var actions []Action
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if len(o.Names) > 0 && !slices.Contains(o.Names, name) {
			continue
		}
		planned, ok := plan.Tokens[name]
		if !ok {
			actions = append(actions, orphans(name, record, revoked, now)...)
			continue
		}
		actions = append(actions, o.about(name, planned, record, revoked, now))
		actions = append(actions, expiring(name, planned, record, revoked, now)...)
	}
	return actions
}

// orphans are the valid tokens of a name that nothing plans.
func orphans(name string, record issued.Record, revoked revocation.List, now time.Time) []Action {
	var actions []Action
	for _, e := range record.Live(name, now) {
		if !revoked.Has(e.ID) {
			actions = append(actions, Action{Kind: Orphan, Name: name, Old: &e})
		}
	}
	return actions
}

// expiring are the tokens of a name that end soon and have a successor.
func expiring(name string, planned tokenset.PlannedToken, record issued.Record, revoked revocation.List, now time.Time) []Action {
	var actions []Action
	for _, e := range record.Live(name, now) {
		if e.Superseded() && !revoked.Has(e.ID) && !now.Before(e.ExpiresAt.Add(-Soon)) {
			actions = append(actions, Action{Kind: Expiring, Name: name, Planned: planned, Old: &e})
		}
	}
	return actions
}

// about is what is to be done about a planned token.
func (o Options) about(name string, planned tokenset.PlannedToken, record issued.Record, revoked revocation.List, now time.Time) Action {
	a := Action{Kind: Nothing, Name: name, Planned: planned}
	if current, ok := current(name, record, revoked, now); ok {
		a.Old, a.DueAt = &current, current.ExpiresAt.Add(-o.lead(planned))
		if a.Reason = o.reason(a, now); a.Reason != "" {
			a.Kind = Rotate
		}
		if a.Reason == Due {
			a.Since = a.DueAt
		}
	} else {
		a.Kind = Issue
		a.Reason, a.Since, a.Old = lost(name, record, revoked, now)
	}
	if a.Kind != Nothing && planned.Rotation != tokenset.Scheduled && !slices.Contains(o.Names, name) {
		a.Kind = ByHand
	}
	return a
}

// current is the token that clients are to have: the newest one that is valid,
// neither revoked nor replaced. Where two runs beside each other have issued
// one each, it is the same one for everybody.
func current(name string, record issued.Record, revoked revocation.List, now time.Time) (issued.Entry, bool) {
	for _, e := range slices.Backward(record.Live(name, now)) {
		if !e.Superseded() && !revoked.Has(e.ID) {
			return e, true
		}
	}
	return issued.Entry{}, false
}

// lost is why there is no such token, since when, and the last one that was.
func lost(name string, record issued.Record, revoked revocation.List, now time.Time) (Reason, time.Time, *issued.Entry) {
	all := record.Named(name)
	if len(all) == 0 {
		return Missing, time.Time{}, nil
	}
	last := all[len(all)-1]
	if !last.Live(now) {
		return Expired, last.ExpiresAt, &last
	}
	if e, ok := revoked.Find(last.ID); ok {
		return Revoked, e.RevokedAt, &last
	}
	// It has a successor that the record does not know any more.
	return Missing, time.Time{}, &last
}

// reason is why a valid token is replaced; empty is not at all.
func (o Options) reason(a Action, now time.Time) Reason {
	switch {
	case !now.Before(a.DueAt):
		return Due
	case o.Retire && o.KeyID != "" && a.Old.KeyID != o.KeyID:
		return Key
	case o.outdated(*a.Old, a.Planned):
		return Outdated
	// A run that is repeated within the second is the same run.
	case o.Force && slices.Contains(o.Names, a.Name) && a.Old.IssuedAt.Before(seconds(now)):
		return Asked
	}
	return ""
}

// outdated tells whether a token is otherwise than planned. Its successor is then
// issued at once, and not when the token is due: the spec is what people have
// reviewed, and half a year later nobody expects it to take effect. A validity
// that was raised since takes nothing back and can wait.
func (o Options) outdated(e issued.Entry, planned tokenset.PlannedToken) bool {
	return e.Type != planned.Type || e.Secret != planned.Secret ||
		e.Access != "" && e.Access != o.accessDigest(planned) ||
		e.ExpiresAt.Sub(e.IssuedAt) > o.validity(planned)
}

// validity is how long a token is valid.
func (o Options) validity(planned tokenset.PlannedToken) time.Duration {
	validity := time.Duration(planned.ValiditySeconds) * time.Second
	if o.MaxValidity > 0 {
		return min(validity, o.MaxValidity.Truncate(time.Second))
	}
	return validity
}

// lead is how long before its end a token is rotated. Where its validity is cut,
// it must still be less than that, or each run would issue another one.
func (o Options) lead(planned tokenset.PlannedToken) time.Duration {
	lead := time.Duration(planned.RotateBeforeSeconds) * time.Second
	if validity := o.validity(planned); lead >= validity {
		return (validity / 2).Truncate(time.Second)
	}
	return lead
}

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
