package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// issuing is what issue and rotate have in common: they decide by the plan, sign,
// and put what is new into the overlay.
type issuing struct {
	estateOptions

	key    keyOption
	out    string
	dryRun bool
	// options are what the decisions depend on, but for the key and the parties.
	options func(*estate.Set) (rotation.Options, error)
	// pick leaves out of the actions what the command does not do.
	pick func([]rotation.Action) []rotation.Action
	// signer is the ID of the key that is to sign; empty is as the overlay has it.
	signer string
	// apart gives each environment a folder of its own below out.
	apart bool
}

// overlay does it for all sets of an overlay, or for none of them.
func (i *issuing) onOverlay(ctx context.Context, streams Streams, steps stepper, given string) (reports []report.Rotation, err error) {
	err = anew(steps, func() error {
		reports, err = i.once(ctx, streams, steps, given)
		return err
	})
	return reports, asInput(err)
}

func (i *issuing) once(ctx context.Context, streams Streams, steps stepper, given string) ([]report.Rotation, error) {
	opened, err := i.open(given)
	if err != nil {
		return nil, err
	}
	sets := opened.Sets
	if i.spec != "" || len(sets) == 0 {
		set, err := opened.Set(i.spec)
		if err != nil {
			return nil, err
		}
		sets = []*estate.Set{set}
	}
	now := streams.now().Truncate(time.Second)
	var reports []report.Rotation
	var files []tokenFile
	for _, set := range sets {
		if set.Tokens == nil {
			continue
		}
		about := report.Rotation{Set: opened.Name() + ": " + set.String(), Now: now, DryRun: i.dryRun}
		steps("%s %s: backend %s, %d tokens planned", opened.Path, set, set.Secrets.Backend, len(set.Plan.Tokens))
		result, err := i.issue(ctx, streams, steps, opened, set, now)
		if err != nil {
			return nil, err
		}
		about.Actions, about.Handing = result.Actions, i.handing(opened, set)
		reports = append(reports, about)
		for _, made := range result.Tokens {
			files = append(files, tokenFile{made.Entry.Name, made.Value})
		}
	}
	if len(files) == 0 {
		return reports, nil
	}
	remove, err := i.write(opened, files)
	if err == nil {
		err = written(ctx, steps, opened)
	}
	if err != nil {
		remove()
		return nil, err
	}
	return reports, nil
}

// issue decides, signs and changes the overlay in memory.
func (i *issuing) issue(ctx context.Context, streams Streams, steps stepper, opened *estate.Overlay, set *estate.Set, now time.Time) (rotation.Result, error) {
	record, err := opened.Record(set)
	if err != nil {
		return rotation.Result{}, err
	}
	revoked, err := opened.Revoked(set)
	if err != nil {
		return rotation.Result{}, err
	}
	options, err := i.options(set)
	if err != nil {
		return rotation.Result{}, err
	}
	signer, err := opened.Signer(set)
	if err != nil {
		return rotation.Result{}, err
	}
	if i.signer != "" {
		signer = i.signer
	}
	options.KeyID, options.Issuer, options.Audiences = signer, set.Tokens.Issuer, set.Tokens.Audiences
	actions := i.pick(rotation.Plan(set.Plan, record, revoked, now, options))
	for _, a := range actions {
		steps("%s: %s %s", a.Name, a.Kind, a.Reason)
	}
	if err := justIssued(opened, set, actions, options); err != nil {
		return rotation.Result{}, err
	}
	if i.dryRun || !rotation.Changes(actions) {
		return rotation.Result{Actions: actions}, nil
	}
	backend, err := i.backend(streams, opened, set)
	if err != nil {
		return rotation.Result{}, err
	}
	if backend == nil && i.out == "" {
		return rotation.Result{}, &failure{code: ExitUsage, err: fmt.Errorf("%s %s keeps no tokens in Git with the backend %s; name a private folder for them with --out", opened.Path, set, set.Secrets.Backend)}
	}
	if err := i.outside(opened, set, actions); err != nil {
		return rotation.Result{}, err
	}
	key, from, err := i.key.load(ctx, streams, signing{opened, set, backend, signer})
	if err != nil {
		return rotation.Result{}, err
	}
	steps("the signing key is that of %s, id %s", from, key.Public().ID())
	options.KeyID = key.Public().ID()
	result, err := rotation.Apply(actions, record, rotation.Maker{
		NewID: newTokenID,
		Sign:  func(c token.Claims) (string, error) { return token.Sign(key, c) },
	}, now, options)
	if err != nil {
		return rotation.Result{}, err
	}
	if backend != nil {
		if err := keep(ctx, opened, set, backend, result.Tokens); err != nil {
			return rotation.Result{}, err
		}
	}
	if err := opened.PutRecord(set, result.Record); err != nil {
		return rotation.Result{}, err
	}
	return result, opened.EnsureLedgers(set)
}

// justIssued refuses what was asked for and is not done, as the record has a token
// of this very second: of two runs beside each other, one hands it out, and the
// other must not say that it did.
func justIssued(opened *estate.Overlay, set *estate.Set, actions []rotation.Action, options rotation.Options) error {
	for _, a := range actions {
		if options.Force && a.Kind == rotation.Nothing && slices.Contains(options.Names, a.Name) {
			return &failure{code: ExitInput, err: fmt.Errorf("%s %s: token %s was issued a moment ago, at %s (ID %s), and no second one in the same second; run again if that is not enough",
				opened.Path, set, diag.Quote(a.Name), a.Old.IssuedAt.Format(time.RFC3339), a.Old.ID)}
		}
	}
	return nil
}

// outside refuses to issue what no Secret in Git can hold, where no folder is named
// for it.
func (i *issuing) outside(opened *estate.Overlay, set *estate.Set, actions []rotation.Action) error {
	for _, a := range actions {
		if i.out == "" && (a.Kind == rotation.Issue || a.Kind == rotation.Rotate) && set.Unsealed(a.Planned.Secret) {
			return &failure{code: ExitUsage, err: fmt.Errorf("%s %s: token %s goes into no cluster, and nobody outside of one opens what is sealed, so that it is not kept in Git; name a private folder for it with --out", opened.Path, set, diag.Quote(a.Name))}
		}
	}
	return nil
}

// newTokenID is the ID of a token: 128 random bits.
func newTokenID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // It never fails.
	return hex.EncodeToString(id)
}

// keep puts new tokens into the Secrets that they belong into, and takes those out
// that belong elsewhere now. Each Secret is changed once. What is for no cluster is
// not sealed.
func keep(ctx context.Context, opened *estate.Overlay, set *estate.Set, backend secretfile.Backend, made []rotation.Issued) error {
	changes := map[string]*secretfile.Change{}
	of := func(secret string) *secretfile.Change {
		if changes[secret] == nil {
			changes[secret] = &secretfile.Change{Set: map[string][]byte{}, Annotations: map[string]string{}}
		}
		return changes[secret]
	}
	for _, m := range made {
		kept := !set.Unsealed(m.Entry.Secret)
		if kept {
			change := of(m.Entry.Secret)
			change.Set[m.Entry.Name] = m.Value.JSON()
			maps.Copy(change.Annotations, m.Annotations)
		}
		if m.Old == nil || kept && m.Old.Secret == m.Entry.Secret || opened.File(set.SecretFile(m.Old.Secret)) == nil {
			continue
		}
		before := of(m.Old.Secret)
		before.Remove = append(before.Remove, m.Old.Name)
		for _, key := range rotation.AnnotationKeys(m.Old.Name) {
			before.Annotations[key] = ""
		}
	}
	for _, secret := range slices.Sorted(maps.Keys(changes)) {
		if err := opened.Update(ctx, backend, set, secret, *changes[secret]); err != nil {
			return err
		}
	}
	return nil
}
