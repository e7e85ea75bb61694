package rotation

import (
	"maps"
	"slices"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

// State is how a token is doing.
type State string

// How a token can be doing.
const (
	// StateMissing: it is planned, and there is none.
	StateMissing State = "missing"
	// StateValid: all is well.
	StateValid State = "valid"
	// StateDue: it is valid and to be issued anew; see Reason.
	StateDue State = "due"
	// StateSuperseded: it is valid and has a successor.
	StateSuperseded State = "superseded"
	// StateOrphan: it is valid, and nothing plans it.
	StateOrphan State = "orphan"
	// StateRevoked: it is revoked.
	StateRevoked State = "revoked"
	// StateExpired: it has ended.
	StateExpired State = "expired"
)

// Status is how one token is doing, for a list of all of them.
type Status struct {
	Name  string
	State State
	// Reason for which it is to be issued anew, in the states missing and due.
	Reason Reason
	// Planned is what is planned under the name; nil is nothing.
	Planned *tokenset.PlannedToken
	// Entry is the token; nil if none was issued.
	Entry *issued.Entry
	// DueAt is when it is rotated; zero where it is not.
	DueAt time.Time
	// Revocation says why it is revoked; nil is that it is not.
	Revocation *revocation.Entry
}

// Statuses are all tokens that are planned or recorded, by name, the newest first.
func Statuses(plan tokenset.Plan, record issued.Record, revoked revocation.List, now time.Time, o Options) []Status {
	names := map[string]bool{}
	o.Names, o.Force = nil, false
	doing := map[string]Action{}
	for _, a := range Plan(plan, record, revoked, now, o) {
		if names[a.Name] = true; a.Kind != Orphan && a.Kind != Expiring {
			doing[a.Name] = a
		}
	}
	for _, e := range record.Entries() {
		names[e.Name] = true
	}
	var all []Status
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, planned := doing[name]
		about := Status{Name: name}
		if planned {
			about.Planned = &a.Planned
		}
		if planned && a.DueAt.IsZero() {
			missing := about
			missing.State, missing.Reason = StateMissing, a.Reason
			all = append(all, missing)
		}
		for _, e := range slices.Backward(record.Named(name)) {
			all = append(all, about.of(e, a, revoked, now))
		}
	}
	return all
}

// of is the status of an entry, where a is what is done about its name.
func (s Status) of(e issued.Entry, a Action, revoked revocation.List, now time.Time) Status {
	s.Entry = &e
	if r, ok := revoked.Find(e.ID); ok {
		s.Revocation = &r
	}
	isCurrent := a.Old != nil && a.Old.ID == e.ID && !a.DueAt.IsZero()
	switch {
	case s.Revocation != nil:
		s.State = StateRevoked
	case !e.Live(now):
		s.State = StateExpired
	case s.Planned == nil:
		s.State = StateOrphan
	case !isCurrent:
		s.State = StateSuperseded
	case a.Kind == Nothing:
		s.State, s.DueAt = StateValid, a.DueAt
	default:
		s.State, s.Reason, s.DueAt = StateDue, a.Reason, a.DueAt
	}
	return s
}
