// Package issued is the record of the tokens that were issued: who each is for,
// until when it is valid and where it is kept, and nothing that lets anybody in.
// It is the ConfigMap <name>-issued-tokens in Git. Rotation goes by it, so that
// it needs no token, no key and no cluster to know what is due.
package issued

import (
	"cmp"
	"slices"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

// File is the key of the record in its ConfigMap.
const File = "issued.json"

// Kept is how long an expired token stays in the record: long enough that
// whoever comes back to a pipeline after a month, and finds it refused, can read
// here which token it had and since when that is over; short enough that the
// record does not grow for ever.
const Kept = 30 * 24 * time.Hour

// Entry is one token.
type Entry struct {
	// Name of the token in the plan, and Subject (sub) in the token itself.
	Name, Subject string
	// ID of the token (jti), by which it is revoked.
	ID string
	// Type of the token when it was issued.
	Type string
	// Access is a digest of what the token may do and where; with another one in
	// the plan, the token is out of date. Empty is not known, as for a token that
	// was issued elsewhere.
	Access string
	// KeyID is that of the key that signed it.
	KeyID string
	// Sha256 is the first 16 hexadecimal digits of the token's SHA-256, which tell
	// tokens apart and nothing about them.
	Sha256 string
	// IssuedAt, ExpiresAt and RotateAfter are whole seconds in UTC. RotateAfter is
	// when its successor was due by the plan that it was issued by.
	IssuedAt, ExpiresAt, RotateAfter time.Time
	// Secret that it was put into, under its name.
	Secret string
	// SupersededAt is when its successor was issued; zero is not yet. It is valid
	// until its end all the same.
	SupersededAt time.Time
}

// Live tells whether the token is not expired.
func (e Entry) Live(now time.Time) bool { return now.Before(e.ExpiresAt) }

// Superseded tells whether the token has a successor.
func (e Entry) Superseded() bool { return !e.SupersededAt.IsZero() }

// Record is all tokens that were issued and are not forgotten yet. Its methods
// change nothing: they return another one. The zero value is an empty record.
type Record struct{ entries []Entry }

// Of is a record of entries.
func Of(entries ...Entry) Record {
	r := Record{entries: slices.Clone(entries)}
	slices.SortStableFunc(r.entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.IssuedAt.Compare(b.IssuedAt), cmp.Compare(a.ID, b.ID))
	})
	return r
}

// Entries are all of them, by name and by when they were issued.
func (r Record) Entries() []Entry { return slices.Clone(r.entries) }

// Named are those of one name, the oldest first.
func (r Record) Named(name string) []Entry {
	return r.where(func(e Entry) bool { return e.Name == name })
}

// Live are those of one name that are not expired, the oldest first.
func (r Record) Live(name string, now time.Time) []Entry {
	return r.where(func(e Entry) bool { return e.Name == name && e.Live(now) })
}

// NotSignedBy are those that are not expired and that another key has signed:
// they end with that key.
func (r Record) NotSignedBy(keyID string, now time.Time) []Entry {
	return r.where(func(e Entry) bool { return e.KeyID != keyID && e.Live(now) })
}

// Find is the entry of an ID.
func (r Record) Find(id string) (Entry, bool) {
	i := slices.IndexFunc(r.entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return r.entries[i], true
}

// Add is the record with one more entry.
func (r Record) Add(e Entry) Record { return Of(append(r.Entries(), e)...) }

// Supersede is the record in which all live tokens of a name have a successor.
func (r Record) Supersede(name string, now time.Time) Record {
	changed := r.Entries()
	for i, e := range changed {
		if e.Name == name && e.Live(now) && !e.Superseded() {
			changed[i].SupersededAt = now.UTC().Truncate(time.Second)
			// The clock of whoever issued it may have been ahead.
			if changed[i].SupersededAt.Before(e.IssuedAt) {
				changed[i].SupersededAt = e.IssuedAt
			}
		}
	}
	return Of(changed...)
}

// Prune is the record without the tokens that expired more than [Kept] ago.
func (r Record) Prune(now time.Time) Record {
	return Record{entries: r.where(func(e Entry) bool { return !e.ExpiresAt.Before(now.Add(-Kept)) })}
}

func (r Record) where(keep func(Entry) bool) []Entry {
	var kept []Entry
	for _, e := range r.entries {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// form is that of the record. Nothing in the cluster reads it: it comes with the
// plan.
func form() ledger.Form {
	return ledger.Form{
		Key: File, List: "tokens", Wave: meta.WaveServing,
		Comment: "The record of issued tokens, kept by atticgen token issue and atticgen token rotate. It holds nothing secret.",
	}
}

// ConfigMap is the file of the record. The scope is that of the plan of the same
// tokens. It fails when the record is larger than a cluster takes.
func (r Record) ConfigMap(scope meta.Scope) ([]byte, error) {
	names := naming.Set{Name: scope.PartOf, Namespace: scope.Namespace}
	return form().ConfigMap(names.IssuedTokens(), scope, r.fields())
}
