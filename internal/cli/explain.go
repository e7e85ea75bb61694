package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/specdoc"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

func newExplain(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [KIND[.FIELD…]] [FIELD…] | RULE",
		Short: "Explain a kind of spec, one of its fields, or a rule",
		Long: `Explain a kind of spec or one of its fields: type, default, where the default
comes from, and what is below it. Or explain a rule of verify. Without an
argument, list the kinds and the rules.`,
		Example: `  atticgen explain
  atticgen explain rules
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
		kinds, err := specdoc.List()
		return kinds + "\n" + verify.List(), err
	}
	if len(args) == 1 {
		if args[0] == "rules" {
			return verify.List(), nil
		}
		if text, ok := verify.Explain(args[0]); ok {
			return text, nil
		}
	}
	// The kind and the path may be two words, as tables in the documentation have
	// them.
	kind, path, _ := strings.Cut(strings.Join(args, "."), ".")
	if err := known(kind); err != nil {
		return "", err
	}
	doc, err := specdoc.Kind(kind)
	if err != nil {
		return "", err
	}
	return doc.Text(path)
}

// known is the error about what is no kind, once it is no rule either.
func known(name string) error {
	var kinds []string
	for _, kind := range specdoc.Kinds() {
		if strings.EqualFold(kind, name) {
			return nil
		}
		kinds = append(kinds, strings.ToLower(kind))
	}
	unknown := diag.New("", "%s is neither a kind nor a rule", diag.Quote(name))
	if nearest := verify.Nearest(name, kinds...); nearest != "" {
		unknown.Hint = "did you mean " + nearest + "?"
	} else {
		unknown.Hint = "write one of " + strings.Join(specdoc.Kinds(), ", ") + ", or one of the rules that atticgen explain rules lists"
	}
	return diag.List{unknown}
}
