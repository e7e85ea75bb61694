package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// keyChange is the change of a key, in whatever state it is.
type keyChange struct {
	rotateKeyOptions

	streams Streams
	steps   stepper
	opened  *estate.Overlay
	set     *estate.Set
	backend secretfile.Backend
	// present and coming are the public halves that the overlay has; coming is nil
	// where no change is under way.
	present, coming *token.PublicKey
}

// change reads the state.
func (o *rotateKeyOptions) change(streams Streams) (*keyChange, error) {
	opened, set, err := o.one()
	if err != nil {
		return nil, err
	}
	if set.Cache == nil {
		return nil, fmt.Errorf("%s %s is a TokenSet, and its server's key is in the AtticCache; name that with --spec", opened.Path, set)
	}
	k := &keyChange{rotateKeyOptions: *o, streams: streams, opened: opened, set: set}
	if k.present, err = opened.PublicKey(set); err != nil {
		return nil, err
	}
	if k.coming, err = opened.NextPublicKey(set); err != nil {
		return nil, err
	}
	if k.present == nil {
		return nil, fmt.Errorf("%s: is not there, so that there is no key to change; make one with atticgen token keygen %s, or write the public half of the one in use there", opened.Display(set.PublicKeyFile()), o.about(opened, set))
	}
	k.backend, err = o.backend(streams, opened, set)
	return k, err
}

// underWay refuses a step where no key is about to take over, or where the spec
// does not say so.
func (k *keyChange) underWay() error {
	if k.coming == nil {
		return fmt.Errorf("%s: is not there, so that no key is about to take over; begin with atticgen token rotate-key %s", k.opened.Display(k.set.NextPublicKeyFile()), k.about(k.opened, k.set))
	}
	return nil
}

// pending refuses a step where the change is over but for its end.
func (k *keyChange) pending() error {
	if err := k.underWay(); err != nil {
		return err
	}
	if k.present.ID() == k.coming.ID() {
		return fmt.Errorf("the key %s has taken over already; end the change with --finish", k.coming.ID())
	}
	return nil
}

// named refuses a step where the spec says that another key is in use than the
// overlay has.
func (k *keyChange) named() error {
	id := k.set.SigningKey().KeyID
	if id == "" || id == k.present.ID() {
		return nil
	}
	return diag.List{k.set.Problem([]string{"spec", "signingKey", "keyID"},
		fmt.Sprintf("is %s, and the key in %s is %s", diag.Quote(id), k.opened.Display(k.set.PublicKeyFile()), k.present.ID()), "write "+k.present.ID())}
}

// served refuses a step where the spec does not have the second server.
func (k *keyChange) served() error {
	if err := k.named(); err != nil {
		return err
	}
	field := []string{"spec", "signingKey", "next"}
	switch next := k.set.SigningKey().Next; {
	case next == nil:
		return k.missing(field, "is missing, so that no server takes tokens of the key "+k.coming.ID(),
			fmt.Sprintf("write signingKey: {keyID: %s, next: {keyID: %s}} under spec in %s, and have it applied first", k.present.ID(), k.coming.ID(), k.place()))
	case next.KeyID != k.coming.ID():
		return diag.List{k.set.Problem(append(field, "keyID"), fmt.Sprintf("is %s, and the key in %s is %s", diag.Quote(next.KeyID), k.opened.Display(k.set.NextPublicKeyFile()), k.coming.ID()), "write "+k.coming.ID())}
	}
	return nil
}

// missing is an error about a field that the spec does not have. Its position would
// be that of what is above it, which may be in the base.
func (k *keyChange) missing(field []string, message, hint string) error {
	d := k.set.Problem(field, message, hint)
	d.File, d.Line, d.Column = cmp.Or(k.set.Patch(k.opened), k.opened.Path), 0, 0
	return diag.List{d}
}

// unused refuses to switch as long as a token of the old key is valid.
func (k *keyChange) unused() error {
	record, err := k.opened.Record(k.set)
	if err != nil {
		return err
	}
	revoked, err := k.opened.Revoked(k.set)
	if err != nil {
		return err
	}
	now := k.streams.now()
	var left []string
	var last time.Time
	others := 0
	signed := map[string]bool{}
	for _, e := range record.Entries() {
		switch {
		case !e.Live(now) || revoked.Has(e.ID):
		case e.KeyID == k.coming.ID():
			signed[e.Name] = true
		default:
			left = append(left, e.Name)
			if !e.Superseded() {
				others++
			}
			if e.ExpiresAt.After(last) {
				last = e.ExpiresAt
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.set.Plan.Tokens)) {
		if !signed[name] && k.set.Plan.Tokens[name].Rotation == tokenset.Scheduled {
			return fmt.Errorf("token %s is not signed with the new key yet; run atticgen token rotate-key %s --sign, and hand the tokens out", diag.Quote(name), k.about(k.opened, k.set)+k.signs(k.set, "", k.key, k.out))
		}
	}
	if len(left) > 0 {
		hint := fmt.Sprintf(`atticgen token revoke %s --reason "the signing key changes" --superseded`, k.about(k.opened, k.set))
		if others > 0 {
			hint += ", and by their IDs those that are not planned any more"
		}
		return fmt.Errorf("tokens of the old key are still valid, the last of them until %s: %s; wait until then, or, when all clients have the new ones, revoke the old: %s", last.Format(time.RFC3339), strings.Join(slices.Compact(left), ", "), hint)
	}
	return nil
}

// forget takes what is of the next key out of the overlay.
func (k *keyChange) forget(ctx context.Context) error {
	public, private := k.set.NextPublicRef(), k.set.PrivateRef()
	for _, out := range []struct{ secret, key string }{{public.SecretName, public.Key}, {private.SecretName, private.Key + tokenset.Next}} {
		keys, _, err := k.opened.Keys(k.set, out.secret)
		if err != nil {
			return err
		}
		if k.backend == nil || !has(keys, out.key) {
			continue
		}
		if err := k.opened.Update(ctx, k.backend, k.set, out.secret, secretfile.Change{Remove: []string{out.key}}); err != nil {
			return err
		}
	}
	k.opened.Remove(k.set.NextPublicKeyFile())
	return k.commit(ctx)
}

// commit writes the overlay. Somebody who changes a key beside somebody else is
// told so, and looks again.
func (k *keyChange) commit(ctx context.Context) error {
	err := written(ctx, k.steps, k.opened)
	var failed *failure
	if err != nil && !errors.As(err, &failed) {
		return &failure{code: ExitOutput, err: err}
	}
	return err
}
