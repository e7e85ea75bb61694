package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/internal/caches"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func newCaches(streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "caches",
		Short: "Create and configure caches in a running Attic",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			say(streams.Err, cmd.UsageString())
			return &failure{code: ExitUsage}
		},
	}
	cmd.AddCommand(newCachesApply(streams))
	return cmd
}

func newCachesApply(streams Streams) *cobra.Command {
	var o caches.Options
	var tokenFile string
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Make the caches of a list exist, configured as the list says",
		Long: `Make the caches of a list exist, configured as the list says. Caches that the
list does not name are left alone, and no key pair is ever made anew.

This is what the Job runs that spec.caches generates. The token is read from a
file, so that it is in no process list; it stands there alone, or in JSON as
"secret", as token issue writes it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			token, err := os.ReadFile(tokenFile)
			if err != nil {
				return &failure{code: ExitInput, err: unreadable(tokenFile, err, "name a file with a token")}
			}
			text, ok := tokenIn(token)
			if !ok {
				d := diag.New(tokenFile, "is JSON without a token as \"secret\"")
				d.Hint = "name a file with a token, or with what token issue wrote"
				return &failure{code: ExitInput, err: diag.List{d}}
			}
			o.Token = text
			if o.Desired, err = readDesired(args[0]); err != nil {
				return &failure{code: ExitInput, err: err}
			}
			outcomes, err := caches.Apply(cmd.Context(), o)
			for _, outcome := range outcomes {
				if _, err := fmt.Fprintln(streams.Out, describe(outcome)); err != nil {
					return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
				}
			}
			if err != nil {
				return &failure{code: ExitOutput, err: err}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Server, "server", "", "URL of the server, as in http://attic.nix-cache.svc")
	flags.StringVar(&o.NextServer, "next-server", "", "URL of the server to use if the token is of --next-key")
	flags.StringVar(&o.NextKeyID, "next-key", "", "id of the signing key that is to take over")
	flags.StringVar(&o.Host, "host", "", "name by which the server knows itself, if not that of --server")
	flags.StringVar(&tokenFile, "token-file", "", "file with a token that may pull (r), create (cc) and configure (cr, cq) the caches")
	flags.DurationVar(&o.Wait, "wait", 5*time.Minute, "how long to wait for a server that does not answer yet")
	cmd.MarkFlagsRequiredTogether("next-server", "next-key")
	for _, required := range []string{"server", "token-file"} {
		if err := cmd.MarkFlagRequired(required); err != nil {
			panic(err) // a flag that is not defined above
		}
	}
	return cmd
}

func readDesired(file string) (map[string]atticcache.DesiredCache, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, unreadable(file, err, "name the list of caches, as spec.caches generates it")
	}
	defer func() { _ = f.Close() }()
	desired, err := caches.ReadDesired(f)
	if list, ok := errors.AsType[diag.List](err); ok {
		for i := range list {
			list[i].File = file
		}
	}
	return desired, err
}

// unreadable is an error of the operating system with a word on what to do.
func unreadable(file string, err error, hint string) error {
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err
	}
	d := diag.New(file, "cannot be read: %v", err)
	d.Hint = hint
	return diag.List{d}
}

func describe(o caches.Outcome) string {
	line := o.Name + ": " + o.Action
	if len(o.Changes) > 0 {
		line += " (" + strings.Join(o.Changes, ", ") + ")"
	}
	if o.PublicKey != "" {
		line += ", public key " + o.PublicKey
	}
	return diag.Escape(line)
}
