package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newChartOutdated(streams Streams) *cobra.Command {
	var o chartOptions
	var check bool
	cmd := &cobra.Command{
		Use:   "outdated",
		Short: "Ask repositories for newer versions of charts",
		Long: `Ask the repositories of all charts in charts.lock for newer versions. Versions
before a release, as in 1.0.0-rc.1, count only for charts that are at one.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return chartOutdated(cmd.Context(), streams, o, check) },
	}
	o.addTo(cmd.Flags())
	o.addCredentials(cmd.Flags())
	cmd.Flags().BoolVar(&check, "check", false, "exit with code 4 if a chart is outdated")
	return cmd
}

func chartOutdated(ctx context.Context, streams Streams, o chartOptions, check bool) error {
	remote, err := o.remote(streams)
	if err != nil {
		return err
	}
	refs, err := o.refs()
	if err != nil {
		return chartFailure(err)
	}
	found, failed := charts.Outdated(ctx, o.root, refs, remote)
	if failed == nil || len(found) > 0 {
		if err := printed(report.WriteNewest(streams.Out, o.format.Format, found)); err != nil {
			return err
		}
	}
	if failed != nil {
		return chartFailure(failed)
	}
	if check && slices.ContainsFunc(found, func(n charts.Newest) bool { return n.Outdated }) {
		return &failure{code: ExitDifferent, err: errors.New("charts are outdated; write the newer version where the chart is named, and run atticgen chart pull")}
	}
	return nil
}
