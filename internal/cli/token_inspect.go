package cli

import (
	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

func newTokenInspect(streams Streams, steps stepper) *cobra.Command {
	var format report.SummaryFormat
	cmd := &cobra.Command{
		Use:   "inspect [FILE|-]",
		Short: "Show what a token says, without checking its signature",
		Long: `Show what a token says: for whom it is, what it may do, and when it ends. Its
signature is not checked, so that all of it may be made up: see token verify.

The token is that of a file, of standard input, or of ATTICGEN_TOKEN, and never
an argument. It is not printed.`,
		Example: `  atticgen token inspect gitlab-myrepo.json
  kubectl get secret attic-ci-tokens -n nix-cache -o jsonpath='{.data.gitlab-myrepo}' | base64 -d | atticgen token inspect -`,
		Args: secretless(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return guarded(streams, func(streams Streams) error {
				text, from, err := tokenText(streams, args)
				if err != nil {
					return err
				}
				steps("the token is that of %s", from)
				parsed, err := token.Parse(text)
				if err != nil {
					return &failure{code: ExitInput, err: err}
				}
				about := report.TokenCheck{Token: parsed, Digest: token.Digest(text), Now: streams.now()}
				return printed(report.WriteTokenCheck(streams.Out, format.Format, about))
			})
		},
	}
	cmd.Flags().Var(&format, "format", "form of what is printed: text, markdown or json")
	return cmd
}
