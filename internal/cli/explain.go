package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/specdoc"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

func newExplain(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [KIND[.FIELD…]] [FIELD…] | RULE",
		Short: "Explain a kind of spec, one of its fields, or a rule",
		Long: `Explain a kind of spec or one of its fields: type, default, where the default
comes from, and what is below it. Or explain a rule of verify. Without an
argument, list the kinds.`,
		Example: `  atticgen explain
  atticgen explain atticcache
  atticgen explain atticcache.spec.api.minReplicas
  atticgen explain HPADeployment spec.minReplicas
  atticgen explain 'atticcache.spec.caches[main].retention'
  atticgen explain image-pinned`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := explain(args)
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

// explain is the text about what the arguments name.
func explain(args []string) (string, error) {
	if len(args) == 0 {
		return specdoc.List()
	}
	if text, ok := verify.Explain(args[0]); ok && len(args) == 1 {
		return text, nil
	}
	// The kind and the path may be two words, as tables in the documentation have
	// them.
	kind, path, _ := strings.Cut(strings.Join(args, "."), ".")
	doc, err := specdoc.Kind(kind)
	if err != nil {
		return "", err
	}
	return doc.Text(path)
}
