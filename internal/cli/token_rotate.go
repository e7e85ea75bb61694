package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

type rotateOptions struct {
	issuing

	overlays []string
	due      bool
	format   report.SummaryFormat
}

func newTokenRotate(streams Streams, steps stepper) *cobra.Command {
	var o rotateOptions
	cmd := &cobra.Command{
		Use:   "rotate (--due | NAME…)",
		Short: "Issue tokens anew before they end",
		Long: `Issue tokens anew before they end: with --due those whose time has come, by the
plan in the overlay, and without it the ones named. The old ones stay valid
until their own end.

It can run on a schedule, twice, and beside another run. Tokens of type admin
are only reported as due, unless they are named. What is printed can stand in a
merge request. Of several overlays, each is changed as a whole or not at all, and
one that fails keeps none of the others from its turn.`,
		Example: `  atticgen token rotate --due --format markdown
  atticgen token rotate --due --overlay overlays/production --dry-run
  atticgen token rotate --overlay overlays/production gitlab-myrepo`,
		Args: secretless(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return guarded(streams, func(streams Streams) error { return rotate(cmd.Context(), streams, steps, o, args) })
		},
	}
	flags := cmd.Flags()
	o.addCommon(flags)
	o.key.addTo(flags)
	addOverlays(flags, &o.overlays)
	flags.BoolVar(&o.due, "due", false, "issue anew what is due, and nothing else")
	flags.BoolVar(&o.dryRun, "dry-run", false, "only say what would be done; no key is needed")
	flags.StringVar(&o.out, "out", "", "private folder for new tokens, one file each; needed where the overlay does not keep them in Git")
	flags.Var(&o.format, "format", "form of the report: text, markdown or json")
	return cmd
}

func rotate(ctx context.Context, streams Streams, steps stepper, o rotateOptions, names []string) error {
	if !o.due && len(names) == 0 {
		return &failure{code: ExitUsage, err: errors.New("nothing says which tokens; write --due, or name them")}
	}
	overlays, err := everyOverlay(o.root, o.overlays)
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	if !o.due && len(overlays) > 1 {
		return &failure{code: ExitUsage, err: fmt.Errorf("tokens are named, and there are %d overlays; name the one that is meant with --overlay, or write --due", len(overlays))}
	}
	o.apart = len(overlays) > 1
	o.options = func(set *estate.Set) (rotation.Options, error) {
		return rotation.Options{Names: names, Force: !o.due}, rotation.CheckNames(set.Plan, names)
	}
	o.pick = func(actions []rotation.Action) []rotation.Action { return actions }
	var reports []report.Rotation
	var failures []error
	code := ExitOK
	for _, given := range overlays {
		done, err := o.onOverlay(ctx, streams, steps, given)
		reports = append(reports, done...)
		if err == nil {
			continue
		}
		if failed, ok := errors.AsType[*failure](err); ok {
			code, err = max(code, failed.code), failed.err
		}
		failures = append(failures, fmt.Errorf("%s: %w", given, err))
	}
	if err := printed(report.WriteRotation(streams.Out, o.format.Format, reports)); err != nil {
		return err
	}
	switch {
	case len(failures) == 0:
		return nil
	case len(failures) == 1 && len(overlays) == 1:
		return &failure{code: code, err: errors.Unwrap(failures[0])}
	}
	return &failure{code: code, err: errors.Join(failures...)}
}

// everyOverlay is the overlays that are named, or all.
func everyOverlay(root string, given []string) ([]string, error) {
	if len(given) > 0 {
		return given, nil
	}
	repo, err := overlay.Open(root)
	if err != nil {
		return nil, err
	}
	found, err := repo.Overlays()
	if err != nil {
		return nil, err
	}
	var all []string
	for _, rel := range found {
		all = append(all, below(root, rel))
	}
	return all, nil
}
