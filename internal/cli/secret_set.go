package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
)

type secretSetOptions struct {
	estateOptions

	fromFile, fromEnv string
	other             bool
}

func newSecretSet(streams Streams, steps stepper) *cobra.Command {
	var o secretSetOptions
	cmd := &cobra.Command{
		Use:   "set --overlay OVERLAY SECRET KEY (--from-file FILE | --from-env VARIABLE)",
		Short: "Keep a value in a Secret in Git, encrypted",
		Long: `Keep a value in a Secret of an overlay, encrypted by SOPS or sealed, as the spec
says. The value is that of a file, of standard input (--from-file -) or of a
variable, and never an argument. The line break at the end of a single line is
left out.

Only what the system needs is kept (see secret list), unless --other asks for
more.`,
		Example: `  atticgen secret set --overlay overlays/production attic-secrets AWS_ACCESS_KEY_ID --from-env AWS_ACCESS_KEY_ID
  atticgen secret set --overlay overlays/production attic-secrets AWS_SECRET_ACCESS_KEY --from-file - < key.txt`,
		Args: secretless(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return guarded(streams, func(streams Streams) error {
				return secretSet(cmd.Context(), streams, steps, o, args[0], args[1])
			})
		},
	}
	flags := cmd.Flags()
	o.addTo(flags)
	flags.StringVar(&o.fromFile, "from-file", "", "file with the value, or - for standard input")
	flags.StringVar(&o.fromEnv, "from-env", "", "variable with the value")
	flags.BoolVar(&o.other, "other", false, "keep it although nothing in the system is known to need it")
	return cmd
}

func secretSet(ctx context.Context, streams Streams, steps stepper, o secretSetOptions, secret, key string) error {
	switch {
	case o.overlay == "":
		return &failure{code: ExitUsage, err: errors.New("name the overlay that keeps it with --overlay")}
	case (o.fromFile == "") == (o.fromEnv == ""):
		return &failure{code: ExitUsage, err: errors.New("say where the value is with --from-file (- is standard input) or --from-env, one of them")}
	}
	value, err := o.value(streams)
	if err != nil {
		return asInput(err)
	}
	var file string
	err = anew(steps, func() error {
		opened, set, err := o.one()
		if err != nil {
			return err
		}
		if err := o.check(opened, set, secret, key); err != nil {
			return err
		}
		backend, err := o.backend(streams, opened, set)
		if err != nil {
			return err
		}
		if backend == nil {
			return fmt.Errorf("%s keeps no Secrets in Git with the backend %s; write the value where the Secrets come from, or spec.secrets.backend: sops or sealedSecrets", set, set.Secrets.Backend)
		}
		change := secretfile.Change{Set: map[string][]byte{key: value}}
		if err := opened.Update(ctx, backend, set, secret, change); err != nil {
			return err
		}
		file = opened.Display(set.SecretFile(secret))
		if err := opened.EnsureLedgers(set); err != nil {
			return err
		}
		return written(ctx, steps, opened)
	})
	if err != nil {
		return asInput(err)
	}
	_, err = fmt.Fprintf(streams.Out, "%s: %s is set (%d bytes)\n", diag.Escape(file), diag.Escape(key), len(value))
	return printed(err)
}

// value is what is to be kept.
func (o *secretSetOptions) value(streams Streams) ([]byte, error) {
	if o.fromEnv != "" {
		value, ok := os.LookupEnv(o.fromEnv)
		if !ok || value == "" {
			return nil, fmt.Errorf("the variable %s is not set; write the name of the one that has the value", diag.Quote(o.fromEnv))
		}
		return []byte(value), nil
	}
	data, err := input(streams, o.fromFile, "name a file with the value")
	if err != nil {
		return nil, err
	}
	line, ends := bytes.CutSuffix(data, []byte("\n"))
	if ends && !bytes.Contains(line, []byte("\n")) {
		say(streams.Err, "info: the line break at its end is not part of the value")
		return bytes.TrimSuffix(line, []byte("\r")), nil
	}
	return data, nil
}

// check refuses what the system does not need, which is mostly a slip of the
// fingers, and what other commands take care of.
func (o *secretSetOptions) check(opened *estate.Overlay, set *estate.Set, secret, key string) error {
	need, ok := set.Need(secret)
	public, next := set.PublicRef(), set.NextPublicRef()
	switch {
	case ok && need.Tokens && !o.other:
		return fmt.Errorf("%s has the tokens of the plan; issue them with atticgen token issue %s", secret, o.about(opened, set)+o.signs(set, secret, keyOption{}, ""))
	case ok && need.Kept && !o.other,
		secret == public.SecretName && key == public.Key && !o.other,
		secret == next.SecretName && key == next.Key && !o.other:
		return fmt.Errorf("%s in %s is a part of the signing key; make one with atticgen token keygen %s, and the next one with atticgen token rotate-key; to keep one that was made elsewhere, write --other", key, secret, o.about(opened, set))
	case set.Unsealed(secret):
		return fmt.Errorf("%s goes into no cluster, and nobody outside of one opens what is sealed; keep the value in a private file, or in a vault", secret)
	case ok && need.Type != "":
		return fmt.Errorf("%s is of type %s, which is not kept here; make it with kubectl create secret docker-registry", secret, need.Type)
	case o.other, ok && has(need.Keys, key):
		return nil
	case ok:
		return fmt.Errorf("%s needs no key %s, but %s; write one of them, or --other", secret, diag.Quote(key), strings.Join(need.Keys, ", "))
	}
	return fmt.Errorf("%s needs no Secret %s, but %s; write one of them, or --other", set, diag.Quote(secret), strings.Join(secretNames(set.Needed), ", "))
}

func secretNames(needed []secrets.Needed) []string {
	var names []string
	for _, n := range needed {
		names = append(names, n.Name)
	}
	return names
}
