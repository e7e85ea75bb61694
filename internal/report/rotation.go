package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

// Rotation is what a run did, or would do, to one set of tokens.
type Rotation struct {
	// Set is the tokens it is about, as in production: nix-cache/attic.
	Set string
	// Now is the time of the run.
	Now time.Time
	// DryRun says that nothing was issued.
	DryRun bool
	// Actions are as [rotation.Apply] returns them; in a dry run as
	// [rotation.Plan] does.
	Actions []rotation.Action
	// Handing is how tokens get to their clients, by name.
	Handing map[string]Handing
}

// Handing is how a token gets to its clients.
type Handing struct {
	// From is where they take it from; empty is the Secret of the plan.
	From string
	// File is the private one that it is written to, and Into where somebody must
	// put it from there; empty where it is in its place already.
	File, Into string
	// Command rotates it by hand.
	Command string
}

// WriteRotation writes what runs did. The JSON is
//
//	{"sets": [{"set", "at", "dryRun", "counts": {"issued", "rotated", "byHand", "orphaned", "expiring"},
//	  "actions": [{"token", "type", "action", "reason", "since", "dueAt", "secret", "new", "old", "todo"}]}]}
//
// in which action is "issue", "rotate", "by-hand", "orphan", "expiring" or
// "nothing"; reason "missing", "expired", "revoked", "due", "key", "outdated" or
// "asked"; new and old are tokens as in their record; times are RFC 3339. What is
// not there is left out, except the counts.
func WriteRotation(w io.Writer, format Format, runs []Rotation) error {
	if format == JSON {
		return writeRotationJSON(w, runs)
	}
	for i, run := range runs {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := run.write(w, format); err != nil {
			return err
		}
	}
	return nil
}

func (r Rotation) write(w io.Writer, format Format) error {
	set, table := diag.Escape(r.Set), r.rows()
	if format == Markdown {
		set = "**" + plain(r.Set) + "**"
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n", set, r.summary(format)); err != nil || len(table) == 0 {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return writeTable(w, format, []string{"Token", "Type", "What", "Why", "Valid until", "What to do"}, table)
}

func (r Rotation) count(kind rotation.Kind) int {
	n := 0
	for _, a := range r.Actions {
		if a.Kind == kind {
			n++
		}
	}
	return n
}

// summary is what was done in one line, or when there is something to do next.
func (r Rotation) summary(format Format) string {
	counts := []struct {
		kind rotation.Kind
		word string
	}{
		{rotation.Issue, r.done("issued", "to issue")},
		{rotation.Rotate, r.done("rotated", "to rotate")},
		{rotation.ByHand, "waiting for a person"},
		{rotation.Orphan, "not planned"},
		{rotation.Expiring, "about to end"},
	}
	var parts []string
	for _, c := range counts {
		if n := r.count(c.kind); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.word))
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, ", ")
	}
	next := rotation.Action{}
	for _, a := range r.Actions {
		if !a.DueAt.IsZero() && (next.DueAt.IsZero() || a.DueAt.Before(next.DueAt)) {
			next = a
		}
	}
	if next.DueAt.IsZero() {
		return "no tokens"
	}
	name := diag.Escape(next.Name)
	if format == Markdown {
		name = plain(next.Name)
	}
	return fmt.Sprintf("nothing to do; %s is next, %s", name, moment(r.Now, next.DueAt))
}

func (r Rotation) done(done, planned string) string {
	if r.DryRun {
		return planned
	}
	return done
}

func (r Rotation) rows() [][]string {
	var rows [][]string
	for _, a := range r.Actions {
		if a.Kind == rotation.Nothing {
			continue
		}
		rows = append(rows, []string{a.Name, typeOf(a), r.what(a), r.why(a), r.until(a), r.todo(a)})
	}
	return rows
}

func typeOf(a rotation.Action) string {
	if a.Planned.Type == "" && a.Old != nil {
		return a.Old.Type
	}
	return a.Planned.Type
}

func (r Rotation) what(a rotation.Action) string {
	switch a.Kind {
	case rotation.Issue:
		return r.done("issued", "to issue")
	case rotation.Rotate:
		return r.done("rotated", "to rotate")
	case rotation.ByHand:
		return "by hand"
	case rotation.Orphan:
		return "not planned"
	case rotation.Expiring:
		return "ends soon"
	}
	return ""
}

func (r Rotation) why(a rotation.Action) string {
	switch a.Reason {
	case rotation.Missing:
		return "none is known"
	case rotation.Expired:
		return "expired " + moment(r.Now, a.Since)
	case rotation.Revoked:
		return "revoked " + moment(r.Now, a.Since)
	case rotation.Due:
		return "due since " + moment(r.Now, a.Since)
	case rotation.Key:
		return "another key signs now"
	case rotation.Outdated:
		return "the plan has changed"
	case rotation.Asked:
		return "asked for"
	}
	if a.Kind == rotation.Expiring {
		return "has a successor"
	}
	return ""
}

// until is the end of the token that clients are to have now; of one that nobody
// has made yet there is none.
func (r Rotation) until(a rotation.Action) string {
	switch {
	case a.New != nil:
		return moment(r.Now, a.New.ExpiresAt)
	case a.Old != nil && a.Old.Live(r.Now) && a.Reason != rotation.Revoked:
		return moment(r.Now, a.Old.ExpiresAt)
	}
	return ""
}

// todo is what a person has to do about it. The old token works until its end,
// which is what counts for clients.
func (r Rotation) todo(a rotation.Action) string {
	switch a.Kind {
	case rotation.Issue:
		return r.brought(a, ", and give it to its clients, from ", "give it to its clients, from ")
	case rotation.Rotate:
		return r.replace(a, *a.Old)
	case rotation.ByHand:
		return r.Handing[a.Name].Command
	case rotation.Orphan:
		return "revoke it (ID " + a.Old.ID + "), or plan it again"
	case rotation.Expiring:
		return "see that nobody uses it any more (ID " + a.Old.ID + ")"
	}
	return ""
}

// brought is where clients take a token from, with what has to be done before.
func (r Rotation) brought(a rotation.Action, then, alone string) string {
	h := r.Handing[a.Name]
	from := cmp.Or(h.From, "Secret "+a.Planned.Secret)
	if h.Into == "" {
		return alone + from
	}
	return "put " + h.File + " into " + h.Into + then + from
}

func (r Rotation) replace(a rotation.Action, old issued.Entry) string {
	text := r.brought(a, "; clients must take it from ", "clients must take it from ") + " before " + moment(r.Now, old.ExpiresAt)
	switch a.Reason {
	case rotation.Key:
		text += ", and before the old key goes"
	case rotation.Outdated:
		text += "; until then the old one may do what it could: revoke it (ID " + old.ID + ") if it must not"
	}
	if old.Secret != a.Planned.Secret {
		text += "; it was in Secret " + old.Secret
	}
	return text
}
