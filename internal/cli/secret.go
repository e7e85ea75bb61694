package cli

import (
	"github.com/spf13/cobra"
)

func newSecret(streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Show which Secrets a system needs, and keep them in Git, encrypted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			say(streams.Err, cmd.UsageString())
			return &failure{code: ExitUsage}
		},
	}
	var verbose bool
	cmd.PersistentFlags().BoolVar(&verbose, "debug", false, "say on standard error what is read, decided and written")
	steps := func(format string, args ...any) { logStep(streams.Err, verbose, format, args...) }
	cmd.AddCommand(newSecretList(streams, steps), newSecretSet(streams, steps))
	return cmd
}
