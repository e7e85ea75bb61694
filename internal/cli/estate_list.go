package cli

import (
	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// newList is a command that lists what overlays have, and opens no Secret. The
// command comes with its texts.
func newList(streams Streams, cmd *cobra.Command, list func(Streams, report.Format, estateOptions, []string) error) *cobra.Command {
	var o estateOptions
	var overlays []string
	var format report.SummaryFormat
	cmd.Use = "list"
	cmd.Args = secretless(cobra.NoArgs)
	cmd.RunE = func(*cobra.Command, []string) error {
		return guarded(streams, func(streams Streams) error { return list(streams, format.Format, o, overlays) })
	}
	flags := cmd.Flags()
	o.addCommon(flags)
	flags.Lookup("sops").Hidden = true // Nothing is opened.
	addOverlays(flags, &overlays)
	flags.Var(&format, "format", "form of the list: text, markdown or json")
	return cmd
}

// eachSet goes through what is meant in the overlays that are named, or in all.
func (o *estateOptions) eachSet(overlays []string, do func(*estate.Overlay, *estate.Set) error) error {
	all, err := everyOverlay(o.root, overlays)
	if err != nil {
		return err
	}
	for _, given := range all {
		opened, sets, err := o.sets(given, len(overlays) > 0)
		if err != nil {
			return err
		}
		for _, set := range sets {
			if err := do(opened, set); err != nil {
				return err
			}
		}
	}
	return nil
}
