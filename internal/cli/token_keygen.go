package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// recommendedBits is how long a key is unless somebody asks for less.
const recommendedBits = 4096

type keygenOptions struct {
	estateOptions

	bits           int
	out, publicOut string
	// private is standard output, for the private half alone.
	private io.Writer
}

func newTokenKeygen(streams Streams, steps stepper) *cobra.Command {
	var o keygenOptions
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a signing key",
		Long: `Make an RSA key that tokens are signed with, in the form that Attic reads.

The private half goes into a new file that only its owner can read, and with
--overlay and the backend sops, encrypted, into the overlay. The public half,
which is all that the server needs, is printed, and with --overlay put into the
overlay's Secrets. An overlay that has a key keeps it: see token rotate-key.`,
		Example: `  atticgen token keygen --out attic.pem
  atticgen token keygen --overlay overlays/production
  atticgen token keygen --out - | age -r age1… > attic.pem.age`,
		Args: secretless(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.private = streams.Out
			return guarded(streams, func(streams Streams) error { return keygen(cmd.Context(), streams, steps, o) })
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.bits, "bits", recommendedBits, "length of the key: 4096, or at least 2048")
	flags.StringVar(&o.out, "out", "", "new file for the private half, or - for standard output")
	flags.StringVar(&o.publicOut, "public-out", "", "new file for the public half")
	o.addTo(flags)
	return cmd
}

func keygen(ctx context.Context, streams Streams, steps stepper, o keygenOptions) error {
	if o.bits < token.MinBits || o.bits > token.MaxBits || o.bits%1024 != 0 {
		return &failure{code: ExitUsage, err: fmt.Errorf("--bits %d is no length for a key; write %d, or at least %d", o.bits, recommendedBits, token.MinBits)}
	}
	if o.overlay == "" && o.out == "" {
		return &failure{code: ExitUsage, err: errors.New("nothing says where the private half goes; name a new file with --out, or an overlay with --overlay")}
	}
	if o.bits < recommendedBits {
		d := diag.New("", "a key of %d bits is enough for now, and %d for longer", o.bits, recommendedBits)
		d.Severity, d.Hint = diag.Note, "leave --bits out, unless something cannot take longer keys"
		say(streams.Err, d.String())
	}
	if o.overlay != "" {
		// What would be refused is refused before a key is made.
		if _, _, err := o.prepare(); err != nil {
			return asInput(err)
		}
	}
	steps("making a key of %d bits", o.bits)
	key, err := token.Generate(o.bits)
	if err != nil {
		return &failure{code: ExitOutput, err: err}
	}
	made, err := o.files(key)
	if err == nil && o.overlay != "" {
		err = anew(steps, func() error { return o.commit(ctx, streams, steps, key) })
	}
	if err != nil {
		for _, name := range made {
			_ = os.Remove(name)
		}
		return err
	}
	return o.report(streams, key)
}

// prepare opens the overlay and finds what keeps a key from being put there.
func (o *keygenOptions) prepare() (*estate.Overlay, *estate.Set, error) {
	opened, set, err := o.one()
	if err != nil {
		return nil, nil, err
	}
	public, err := opened.PublicKey(set)
	if err != nil {
		return nil, nil, err
	}
	ref := set.PublicRef()
	keys, _, err := opened.Keys(set, ref.SecretName)
	if err != nil {
		return nil, nil, err
	}
	private, _, err := opened.Keys(set, set.PrivateRef().SecretName)
	if err != nil {
		return nil, nil, err
	}
	again := "make the next one with atticgen token rotate-key " + o.about(opened, set)
	switch {
	case public != nil:
		return nil, nil, fmt.Errorf("%s: is the signing key already (%s); %s", opened.Display(set.PublicKeyFile()), public.ID(), again)
	case has(keys, ref.Key):
		return nil, nil, fmt.Errorf("%s: has a key %s already; %s, or remove it if no token was ever signed", opened.Display(set.SecretFile(ref.SecretName)), ref.Key, again)
	case has(private, set.PrivateRef().Key):
		return nil, nil, fmt.Errorf("%s: has a private half already; %s, or remove it if no token was ever signed", opened.Display(set.PrivateKeyFile()), again)
	case set.Secrets.Backend != secrets.SOPS && o.out == "":
		return nil, nil, &failure{code: ExitUsage, err: fmt.Errorf("%s keeps no private half with the backend %s; name a new file for it with --out", set, set.Secrets.Backend)}
	}
	return opened, set, nil
}

// files writes the halves of the key where they were asked for, and returns what
// it made.
func (o *keygenOptions) files(key *token.PrivateKey) ([]string, error) {
	var made []string
	if o.out != "" && o.out != stdin {
		if err := privateFile(o.out, key.PEM()); err != nil {
			return made, &failure{code: ExitOutput, err: err}
		}
		made = append(made, o.out)
	}
	if o.publicOut != "" {
		if err := newFile(o.publicOut, key.Public().PEM(), 0o644); err != nil {
			return made, &failure{code: ExitOutput, err: err}
		}
		made = append(made, o.publicOut)
	}
	return made, nil
}

// commit puts the key into the overlay.
func (o *keygenOptions) commit(ctx context.Context, streams Streams, steps stepper, key *token.PrivateKey) error {
	opened, set, err := o.prepare()
	if err != nil {
		return asInput(err)
	}
	backend, err := o.backend(streams, opened, set)
	if err != nil {
		return asInput(err)
	}
	if err := putKey(ctx, opened, set, backend, key, ""); err != nil {
		return asInput(err)
	}
	opened.Put(set.PublicKeyFile(), key.Public().PEM())
	if err := opened.EnsureLedgers(set); err != nil {
		return asInput(err)
	}
	return written(ctx, steps, opened)
}

// putKey puts the halves of a key into the Secrets of an overlay that keeps such.
func putKey(ctx context.Context, opened *estate.Overlay, set *estate.Set, backend secretfile.Backend, key *token.PrivateKey, suffix string) error {
	if backend == nil {
		return nil
	}
	public := set.PublicRef()
	if suffix != "" {
		public = set.NextPublicRef()
	}
	if set.Cache != nil {
		change := secretfile.Change{Set: map[string][]byte{public.Key: []byte(key.Public().Base64())}}
		if err := opened.Update(ctx, backend, set, public.SecretName, change); err != nil {
			return err
		}
	}
	if set.Secrets.Backend != secrets.SOPS && set.SigningKey().Private == nil {
		return nil
	}
	private := set.PrivateRef()
	change := secretfile.Change{Set: map[string][]byte{private.Key + suffix: []byte(key.Base64())}}
	return opened.Update(ctx, backend, set, private.SecretName, change)
}

// report says what the server is to be given. With the private half on standard
// output, that is all of it.
func (o *keygenOptions) report(streams Streams, key *token.PrivateKey) error {
	public := key.Public()
	to := streams.Out
	if o.out == stdin {
		to = streams.Err
		if _, err := o.private.Write(key.PEM()); err != nil {
			return printed(err)
		}
	}
	var text bytes.Buffer
	_, _ = fmt.Fprintf(&text, "key id: %s\n%s=%s\n", public.ID(), tokenset.KeyPublic, public.Base64())
	switch {
	case o.out != "" && o.out != stdin:
		_, _ = fmt.Fprintf(&text, "%s=$(base64 < %s | tr -d '\\n')\n", tokenset.KeyPrivate, shellQuoted(filepath.ToSlash(o.out)))
	case o.out == "":
		_, _ = fmt.Fprintf(&text, "%s is encrypted in %s\n", tokenset.KeyPrivate, filepath.ToSlash(o.overlay))
	}
	_, err := io.Copy(to, &text)
	return printed(err)
}
