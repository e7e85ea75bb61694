package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

type rotateKeyOptions struct {
	issuing

	bits                           int
	sign, takeOver, finish, cancel bool
	unrendered                     bool
	keyOut                         string
}

func newTokenRotateKey(streams Streams, steps stepper) *cobra.Command {
	var o rotateKeyOptions
	cmd := &cobra.Command{
		Use:   "rotate-key --overlay OVERLAY [--sign | --switch | --finish | --cancel]",
		Short: "Put a new signing key in the place of the old one, without losing a client",
		Long: `Put a new signing key in the place of the old one. Attic knows one key at a time,
so that a second server runs with the new one meanwhile. Each step is a commit,
and waits until the one before it is in the cluster:

  1. rotate-key            makes the key; name it in spec.signingKey.next
  2. rotate-key --sign     issues all tokens anew with it
  3. rotate-key --switch   when no token of the old key is valid any more: the new
                           one takes its place; name it in spec.signingKey.keyID
  4. rotate-key --finish   forgets the old one; take spec.signingKey.next out

With --cancel, a key that has signed nothing yet is taken back. A key that was
stolen is not replaced this way, for its tokens would be good until they end.`,
		Example: `  atticgen token rotate-key --overlay overlays/production
  atticgen token rotate-key --overlay overlays/production --sign`,
		Args: secretless(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return guarded(streams, func(streams Streams) error { return rotateKey(cmd.Context(), streams, steps, o) })
		},
	}
	flags := cmd.Flags()
	o.addTo(flags)
	o.key.addTo(flags)
	flags.IntVar(&o.bits, "bits", recommendedBits, "length of the new key: 4096, or at least 2048")
	flags.BoolVar(&o.sign, "sign", false, "second step: issue all tokens anew with the new key")
	flags.BoolVar(&o.takeOver, "switch", false, "third step: put the new key in the place of the old one")
	flags.BoolVar(&o.finish, "finish", false, "last step: forget that there was another key")
	flags.BoolVar(&o.cancel, "cancel", false, "take the new key back, which has signed nothing yet")
	flags.StringVar(&o.keyOut, "key-out", "", "new file for the private half of the new key; needed where the overlay does not keep it")
	flags.BoolVar(&o.unrendered, "unrendered", false, "with --sign: do not ask whether environments/ has the second server, because environments are kept elsewhere, or nobody is to wait for it")
	flags.StringVar(&o.out, "out", "", "with --sign: private folder for new tokens, one file each")
	cmd.MarkFlagsMutuallyExclusive("sign", "switch", "finish", "cancel")
	return cmd
}

func rotateKey(ctx context.Context, streams Streams, steps stepper, o rotateKeyOptions) error {
	if o.overlay == "" {
		return &failure{code: ExitUsage, err: errors.New("name the overlay whose key it is with --overlay")}
	}
	k, err := o.change(streams)
	if err != nil {
		return asInput(err)
	}
	step := k.begin
	switch {
	case o.unrendered && !o.sign:
		return &failure{code: ExitUsage, err: errors.New("--unrendered goes with --sign; remove it")}
	case o.sign:
		step = k.sign
	case o.takeOver:
		step = k.takeOver
	case o.finish:
		step = k.end
	case o.cancel:
		step = k.takeBack
	}
	k.steps = steps
	said, err := step(ctx)
	if err != nil {
		return asInput(err)
	}
	for _, line := range said {
		if _, err := fmt.Fprintln(streams.Out, diag.Escape(line)); err != nil {
			return printed(err)
		}
	}
	return nil
}

// begin is the first step: from one key to two servers.
func (k *keyChange) begin(ctx context.Context) ([]string, error) {
	if k.coming != nil {
		return nil, fmt.Errorf("%s: a key is about to take over already (%s); go on with --sign, --switch or --finish, or take it back with --cancel", k.opened.Display(k.set.NextPublicKeyFile()), k.coming.ID())
	}
	if err := k.named(); err != nil {
		return nil, err
	}
	if k.set.Secrets.Backend != secrets.SOPS && k.keyOut == "" {
		return nil, &failure{code: ExitUsage, err: fmt.Errorf("%s keeps no private half with the backend %s; name a new file for it with --key-out", k.set, k.set.Secrets.Backend)}
	}
	key, err := token.Generate(k.bits)
	if err != nil {
		return nil, &failure{code: ExitUsage, err: err}
	}
	if err := putKey(ctx, k.opened, k.set, k.backend, key, tokenset.Next); err != nil {
		return nil, err
	}
	k.opened.Put(k.set.NextPublicKeyFile(), key.Public().PEM())
	if k.keyOut != "" {
		if err := privateFile(k.keyOut, key.PEM()); err != nil {
			return nil, &failure{code: ExitOutput, err: err}
		}
	}
	if err := k.commit(ctx); err != nil {
		if k.keyOut != "" {
			_ = os.Remove(k.keyOut)
		}
		return nil, err
	}
	ref, next := k.set.NextPublicRef(), key.Public()
	said := []string{"next key id: " + next.ID()}
	if k.backend == nil {
		said = append(said, fmt.Sprintf("put this into Secret %s, where it is made:", ref.SecretName), ref.Key+"="+next.Base64())
	}
	said = append(said, k.writeIDs(k.present.ID(), next.ID())...)
	said = append(said, k.render())
	said = append(said, k.applied(k.set.Names.Next())...)
	return append(said, fmt.Sprintf("then go on with atticgen token rotate-key %s --sign", k.about(k.opened, k.set)+k.signs(k.set, "", keyOption{k.keyOut}, ""))), nil
}

// sign is the second step: all tokens anew, with the new key.
func (k *keyChange) sign(ctx context.Context) ([]string, error) {
	if err := k.pending(); err != nil {
		return nil, err
	}
	if err := k.served(); err != nil {
		return nil, err
	}
	if err := k.rendered(); err != nil {
		return nil, err
	}
	do := k.issuing
	do.spec, do.signer = k.set.String(), k.coming.ID()
	do.options = func(set *estate.Set) (rotation.Options, error) {
		return rotation.Options{Retire: true, Names: slices.Sorted(maps.Keys(set.Plan.Tokens))}, nil
	}
	do.pick = func(actions []rotation.Action) []rotation.Action { return actions }
	reports, err := do.onOverlay(ctx, k.streams, k.steps, k.overlay)
	if err != nil {
		return nil, err
	}
	if err := report.WriteRotation(k.streams.Out, report.Text, reports); err != nil {
		return nil, printed(err)
	}
	said := []string{"", k.render() + ", and hand out the new tokens"}
	ref := k.set.Cache.Spec.CacheJob.TokenSecret
	if signed := k.set.Plan.Tokens[ref.Key].Secret == ref.SecretName; !signed && len(k.set.Cache.Spec.Caches) > 0 {
		said = append(said, fmt.Sprintf("the token in Secret %s, of the Job that applies the caches, is to be replaced as well", ref.SecretName))
	}
	return append(said, fmt.Sprintf("then wait until no token of the old key is valid: atticgen token rotate-key %s --switch says when that is so", k.about(k.opened, k.set))), nil
}

// takeOver is the third step: the new key in the place of the old one.
func (k *keyChange) takeOver(ctx context.Context) ([]string, error) {
	if err := k.pending(); err != nil {
		return nil, err
	}
	if err := k.served(); err != nil {
		return nil, err
	}
	if err := k.unused(); err != nil {
		return nil, err
	}
	public, private := k.set.PublicRef(), k.set.PrivateRef()
	if k.backend != nil {
		change := secretfile.Change{Set: map[string][]byte{public.Key: []byte(k.coming.Base64())}}
		if err := k.opened.Update(ctx, k.backend, k.set, public.SecretName, change); err != nil {
			return nil, err
		}
	}
	if keys, found, err := k.opened.Keys(k.set, private.SecretName); err != nil {
		return nil, err
	} else if k.backend != nil && found && has(keys, private.Key) {
		key, _, err := k.key.load(ctx, k.streams, signing{k.opened, k.set, k.backend, k.coming.ID()})
		if err != nil {
			return nil, err
		}
		change := secretfile.Change{Set: map[string][]byte{private.Key: []byte(key.Base64())}, Remove: []string{private.Key + tokenset.Next}}
		if err := k.opened.Update(ctx, k.backend, k.set, private.SecretName, change); err != nil {
			return nil, err
		}
	}
	k.opened.Put(k.set.PublicKeyFile(), k.coming.PEM())
	if err := k.commit(ctx); err != nil {
		return nil, err
	}
	var said []string
	switch k.set.Secrets.Backend {
	case secrets.SOPS:
	case secrets.Sealed:
		said = append(said, k.render(), fmt.Sprintf("when the cluster has the new Secret %s, and not before,", public.SecretName))
	default:
		said = append(said, fmt.Sprintf("put this into Secret %s, where it is made:", public.SecretName), public.Key+"="+k.coming.Base64(),
			"when the cluster has it, and not before,")
	}
	said = append(said, k.writeIDs(k.coming.ID(), k.coming.ID())...)
	said = append(said, k.render())
	said = append(said, k.applied(k.set.Names.API())...)
	return append(said, fmt.Sprintf("then end the change with atticgen token rotate-key %s --finish", k.about(k.opened, k.set))), nil
}

// end is the last step: one key again.
func (k *keyChange) end(ctx context.Context) ([]string, error) {
	if err := k.underWay(); err != nil {
		return nil, err
	}
	if k.present.ID() != k.coming.ID() {
		return nil, fmt.Errorf("the key %s has not taken over yet; do so first, with --switch", k.coming.ID())
	}
	switch id, field := k.set.SigningKey().KeyID, []string{"spec", "signingKey", "keyID"}; id {
	case k.present.ID():
	case "":
		return nil, k.missing(field, "is missing, so that the server may still have the old key", fmt.Sprintf("write %s in %s, and have it applied first", k.present.ID(), k.place()))
	default:
		return nil, diag.List{k.set.Problem(field, "does not name the key that has taken over, so that the server may still have the old one", "write "+k.present.ID()+", and have it applied first")}
	}
	if err := k.forget(ctx); err != nil {
		return nil, err
	}
	return append([]string{"the key is " + k.present.ID()}, k.takeNextOut(k.present.ID())...), nil
}

// takeBack gives up a key that has signed nothing.
func (k *keyChange) takeBack(ctx context.Context) ([]string, error) {
	if err := k.pending(); err != nil {
		return nil, err
	}
	record, err := k.opened.Record(k.set)
	if err != nil {
		return nil, err
	}
	for _, e := range record.Entries() {
		if e.KeyID == k.coming.ID() && e.Live(k.streams.now()) {
			return nil, fmt.Errorf("token %s is signed with the new key and valid until %s; go on, or wait until nobody uses such a token", diag.Quote(e.Name), e.ExpiresAt.Format(time.RFC3339))
		}
	}
	if err := k.forget(ctx); err != nil {
		return nil, err
	}
	return append([]string{"the key stays " + k.present.ID()}, k.takeNextOut(k.present.ID())...), nil
}
