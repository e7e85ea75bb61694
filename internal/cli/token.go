package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func newToken(streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make signing keys and tokens, and rotate, check and revoke them",
		Long: `Make signing keys and tokens, and rotate, check and revoke them.

Keys and tokens are read from files, from the environment or from standard
input, never from arguments: those are in process lists and histories. They are
written to private files, or encrypted into the overlay; standard output gets
them only where it is asked for.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			say(streams.Err, cmd.UsageString())
			return &failure{code: ExitUsage}
		},
	}
	var verbose bool
	cmd.PersistentFlags().BoolVar(&verbose, "debug", false, "say on standard error what is read, decided and written")
	steps := func(format string, args ...any) { logStep(streams.Err, verbose, format, args...) }
	cmd.AddCommand(
		newTokenKeygen(streams, steps),
		newTokenIssue(streams, steps),
		newTokenInspect(streams, steps),
		newTokenVerify(streams, steps),
		newTokenList(streams, steps),
		newTokenRotate(streams, steps),
		newTokenRotateKey(streams, steps),
		newTokenRevoke(streams, steps),
	)
	return cmd
}

// stepper says what a command does, where --debug asks for it.
type stepper func(format string, args ...any)

func logStep(w io.Writer, wanted bool, format string, args ...any) {
	if wanted {
		say(w, "debug: "+diag.Escape(fmt.Sprintf(format, args...)))
	}
}
