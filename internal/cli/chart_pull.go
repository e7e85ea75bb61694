package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newChartPull(streams Streams) *cobra.Command {
	var o chartOptions
	cmd := &cobra.Command{
		Use:   "pull [NAME…]",
		Short: "Fetch charts into charts/ and pin them in charts.lock",
		Long: `Fetch charts into charts/ and pin them in charts.lock: those in charts.lock and
those that specs below base and overlays name, or only the ones named.

A chart that is pinned is fetched when its archive is not there, and refused
when it is not what it was. Either all is written or nothing.`,
		Example: `  atticgen chart pull
  atticgen chart pull cloudnative-pg
  atticgen chart pull --username ci --password-stdin private < password.txt`,
		RunE: func(cmd *cobra.Command, args []string) error { return chartPull(cmd.Context(), streams, o, args) },
	}
	o.addTo(cmd.Flags())
	o.addCredentials(cmd.Flags())
	return cmd
}

func chartPull(ctx context.Context, streams Streams, o chartOptions, names []string) error {
	remote, err := o.remote(streams)
	if err != nil {
		return err
	}
	refs, err := o.refs()
	if err != nil {
		return chartFailure(err)
	}
	outcomes, err := charts.Pull(ctx, charts.Options{Root: o.root, Names: names, Refs: refs, Remote: remote})
	if err != nil {
		return chartFailure(err)
	}
	return printed(report.WriteCharts(streams.Out, o.format.Format, outcomes))
}
