// Package revocation is the list of tokens that are not to be let in any more,
// though they are valid. It is the ConfigMap <name>-revoked-tokens in Git, which
// the authz server has mounted.
package revocation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

// File is the key of the list in its ConfigMap, and the name of the mounted file.
const File = "revoked.json"

// Kept is how long a token stays in the list when it has expired: a day, which
// is longer than any clock is wrong.
const Kept = 24 * time.Hour

// Entry is one revoked token.
type Entry struct {
	// ID of the token (jti), or [DigestPrefix] and its digest.
	ID string
	// Subject (sub) of the token, and Name of it in the plan; the latter may be
	// empty.
	Subject, Name string
	// Reason in one line.
	Reason string
	// RevokedAt and ExpiresAt are whole seconds in UTC. The zero ExpiresAt is not
	// known: such an entry is never dropped.
	RevokedAt, ExpiresAt time.Time
}

// List is all revoked tokens. Its methods change nothing: they return another
// one. The zero value is an empty list.
type List struct {
	entries []Entry
	ids     map[string]int
}

// of is a list of entries, no two with the same ID.
func of(entries []Entry) List {
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	l := List{entries: entries, ids: make(map[string]int, len(entries))}
	for i, e := range entries {
		l.ids[e.ID] = i
	}
	return l
}

// Has tells whether the token of an ID is revoked, in the same time for lists of
// any length.
func (l List) Has(id string) bool {
	_, ok := l.ids[id]
	return ok
}

// Find is the entry of an ID.
func (l List) Find(id string) (Entry, bool) {
	i, ok := l.ids[id]
	if !ok {
		return Entry{}, false
	}
	return l.entries[i], true
}

// Len is how many there are.
func (l List) Len() int { return len(l.entries) }

// Entries are all of them, by ID.
func (l List) Entries() []Entry { return slices.Clone(l.entries) }

// Add is the list with one more token. One that is in the list already stays as
// it is: the first reason and time count.
func (l List) Add(e Entry) (List, error) {
	if l.Has(e.ID) {
		return l, nil
	}
	e.Reason = strings.TrimSpace(e.Reason)
	var problems []error
	if !ledger.IsWord(e.ID) {
		problems = append(problems, fmt.Errorf("%s is no ID of a token; write its jti, as atticgen token list and atticgen token inspect show it", diag.Quote(e.ID)))
	} else if message, hint := misread(e.ID); message != "" {
		problems = append(problems, fmt.Errorf("the ID %s; %s", message, hint))
	}
	if !ledger.IsLine(e.Subject) {
		problems = append(problems, fmt.Errorf("%s is no subject of a token; write its sub on one line of at most %d characters", diag.Quote(e.Subject), ledger.LongestLine))
	}
	if e.Name != "" && !ledger.IsWord(e.Name) {
		problems = append(problems, fmt.Errorf("%s is no name of a token; leave it out, or write the one that it has in the plan", diag.Quote(e.Name)))
	}
	if !ledger.IsLine(e.Reason) {
		problems = append(problems, fmt.Errorf("the reason is %s; write why on one line of at most %d characters", diag.Quote(e.Reason), ledger.LongestLine))
	}
	if e.RevokedAt.IsZero() {
		problems = append(problems, errors.New("a token is revoked at no time"))
	}
	if len(problems) > 0 {
		return l, errors.Join(problems...)
	}
	e.RevokedAt, e.ExpiresAt = e.RevokedAt.UTC().Truncate(time.Second), e.ExpiresAt.UTC().Truncate(time.Second)
	return of(append(l.Entries(), e)), nil
}

// Prune is the list without the tokens that expired more than [Kept] ago, and
// what was dropped. Nothing else drops any: somebody has to ask for it.
func (l List) Prune(now time.Time) (kept List, dropped []Entry) {
	var keep []Entry
	for _, e := range l.entries {
		if e.ExpiresAt.IsZero() || !e.ExpiresAt.Before(now.Add(-Kept)) {
			keep = append(keep, e)
		} else {
			dropped = append(dropped, e)
		}
	}
	return of(keep), dropped
}

// form is that of the list, which is there before the server that reads it.
func form() ledger.Form {
	return ledger.Form{
		Key: File, List: "revoked", Wave: meta.WaveFoundation,
		Comment: "The list of revoked tokens, kept by atticgen token revoke. It holds nothing secret.",
	}
}

// ConfigMap is the file of the list. The scope is that of the plan of the same
// tokens. It fails when the list is larger than a cluster takes.
func (l List) ConfigMap(scope meta.Scope) ([]byte, error) {
	names := naming.Set{Name: scope.PartOf, Namespace: scope.Namespace}
	return form().ConfigMap(names.RevokedTokens(), scope, l.fields())
}
