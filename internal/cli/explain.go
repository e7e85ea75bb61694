package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/specdoc"
)

func newExplain(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain KIND[.FIELD…]",
		Short: "Explain a kind of spec or one of its fields",
		Long:  "Explain a kind of spec or one of its fields: type, default, where the default\ncomes from, and what is below it.",
		Example: `  atticgen explain atticcache
  atticgen explain atticcache.spec.api.minReplicas
  atticgen explain 'atticcache.spec.caches[main].retention'`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			kind, path, _ := strings.Cut(args[0], ".")
			doc, err := specdoc.Kind(kind)
			if err != nil {
				return &failure{code: ExitUsage, err: err}
			}
			text, err := doc.Text(path)
			if err != nil {
				return &failure{code: ExitUsage, err: err}
			}
			if _, err := fmt.Fprint(streams.Out, text); err != nil {
				return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
			}
			return nil
		},
	}
}
