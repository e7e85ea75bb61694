package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/krm"
)

func newFunction(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "function",
		Short: "Run as a KRM function: a ResourceList in, a ResourceList out",
		Long: `Run as a KRM function: a ResourceList on standard input, whose functionConfig
is a spec, and the ResourceList with what it generates on standard output.

What there is to say goes to standard error too, because kustomize does not show
the results of a ResourceList. With an error, nothing is printed on standard
output and the exit code is 1.

Only a spec that names a chart lets files be read: charts.lock, the chart and its
values files, in the nearest folder upwards that has a charts.lock.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runFunction(streams) },
	}
}

func runFunction(streams Streams) error {
	out, diags := krm.Run(streams.In, generators.Inputs{Charts: charts.Around(".")})
	if err := diags.Err(); err != nil {
		return &failure{code: ExitInput, err: err}
	}
	printDiagnostics(streams.Err, diags)
	if _, err := streams.Out.Write(out); err != nil {
		return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
	}
	return nil
}
