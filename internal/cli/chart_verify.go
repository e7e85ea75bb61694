package cli

import (
	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newChartVerify(streams Streams) *cobra.Command {
	var o chartOptions
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check charts/ against charts.lock, without the network",
		Long: `Check, without the network, that every pinned chart is in charts/ and is what
charts.lock pins, and that charts.lock has every chart that specs name. A chart
in charts/ that charts.lock does not have is a warning.`,
		Args: cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error { return chartVerify(streams, o) },
	}
	o.addTo(cmd.Flags())
	return cmd
}

func chartVerify(streams Streams, o chartOptions) error {
	refs, err := o.refs()
	if err != nil {
		return chartFailure(err)
	}
	outcomes, diags := charts.Verify(o.root, refs)
	if err := printed(report.WriteCharts(streams.Out, o.format.Format, outcomes)); err != nil {
		return err
	}
	if err := diags.Err(); err != nil {
		return chartFailure(err)
	}
	printDiagnostics(streams.Err, diags)
	return nil
}
