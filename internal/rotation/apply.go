package rotation

import (
	"errors"
	"fmt"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// Maker is what issuing takes from outside.
type Maker struct {
	// NewID makes the ID of a token (jti), which no other one ever has.
	NewID func() string
	// Sign makes the token with the key that Options.KeyID names.
	Sign func(token.Claims) (string, error)
}

// Result is what was issued. Nothing is written anywhere yet.
type Result struct {
	// Record is the one to be written; it is the old one if nothing was issued.
	Record issued.Record
	// Actions are those that were asked for, with what is new.
	Actions []Action
	// Tokens are those that were issued, by name.
	Tokens []Issued
}

// Issued is a token that was issued, and what is to be done with it.
type Issued struct {
	// Entry is what the record has of it, and Claims what the token says.
	Entry  issued.Entry
	Claims token.Claims
	// Value is what goes into the Secret, under the name of the token.
	Value Value
	// Annotations are for that Secret.
	Annotations map[string]string
	// Old is the token that it replaces, if any. If that is in another Secret, it
	// is to be taken out there.
	Old *issued.Entry
}

// Apply issues the tokens that the actions ask for. With an error, nothing is
// issued: what was signed by then is forgotten. What expired long ago leaves the
// record when something else changes in it, for nobody reviews a change that
// only forgets.
func Apply(actions []Action, record issued.Record, with Maker, now time.Time, o Options) (Result, error) {
	result := Result{Record: record}
	now = seconds(now)
	for _, a := range actions {
		if a.changes() {
			made, err := IssueOne(a.Name, a.Planned, result.Record, with, now, o)
			if err != nil {
				return Result{}, err
			}
			made.Old, a.New = a.Old, &made.Entry
			result.Tokens = append(result.Tokens, made)
			result.Record = result.Record.Supersede(a.Name, now).Add(made.Entry)
		}
		result.Actions = append(result.Actions, a)
	}
	if len(result.Tokens) > 0 {
		result.Record = result.Record.Prune(now)
	}
	return result, nil
}

// IssueOne makes one token, whether it is in a plan or not. The record stays as it
// is: it only tells which IDs are taken.
func IssueOne(name string, planned tokenset.PlannedToken, record issued.Record, with Maker, now time.Time, o Options) (Issued, error) {
	failed := func(err error) (Issued, error) {
		return Issued{}, fmt.Errorf("token %s cannot be issued: %w", diag.Quote(name), err)
	}
	now = seconds(now)
	claims := o.claims(name, planned, with.NewID(), now)
	if !ledger.IsWord(claims.ID) {
		return failed(errors.New("its ID is no word"))
	}
	if _, ok := record.Find(claims.ID); ok {
		return failed(errors.New("its ID is that of another token"))
	}
	text, err := with.Sign(claims)
	if err != nil {
		return failed(err)
	}
	entry := issued.Entry{
		Name: name, Subject: claims.Subject, ID: claims.ID, Type: planned.Type, Access: o.accessDigest(planned),
		KeyID: o.KeyID, Sha256: token.Digest(text), Secret: planned.Secret,
		IssuedAt: now, ExpiresAt: claims.ExpiresAt, RotateAfter: claims.ExpiresAt.Add(-o.lead(planned)),
	}
	return Issued{Entry: entry, Claims: claims, Value: valueOf(text, name, claims), Annotations: Annotations(entry)}, nil
}

// early is how long before it is issued a token says that it was. Attic refuses
// one from the future, by however little: so one from a machine whose clock is
// ahead of the server's by less than this works at once. The record has the true
// time, by which tokens are rotated.
const early = time.Minute

// claims are what a token says.
func (o Options) claims(name string, planned tokenset.PlannedToken, id string, now time.Time) token.Claims {
	return token.Claims{
		ID: id, Subject: name, Issuer: o.Issuer, Audiences: o.Audiences,
		IssuedAt: now.Add(-early), NotBefore: now.Add(-early), ExpiresAt: now.Add(o.validity(planned)),
		Access: access(planned),
	}
}
