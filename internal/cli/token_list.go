package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

func newTokenList(streams Streams, steps stepper) *cobra.Command {
	var o estateOptions
	var overlays []string
	var format report.SummaryFormat
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show all tokens: how old they are, when they end and when they are due",
		Long: `Show all tokens that are planned or were issued, with their age, their end and
when they are due. It reads plan, record and list in Git, and needs no key.`,
		Example: `  atticgen token list
  atticgen token list --overlay overlays/production --format json`,
		Args: secretless(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return guarded(streams, func(streams Streams) error {
				lists, err := tokenLists(streams, steps, o, overlays)
				if err != nil {
					return asInput(err)
				}
				return printed(report.WriteTokens(streams.Out, format.Format, lists))
			})
		},
	}
	flags := cmd.Flags()
	o.addCommon(flags)
	flags.Lookup("sops").Hidden = true // Nothing is opened.
	addOverlays(flags, &overlays)
	flags.Var(&format, "format", "form of the list: text, markdown or json")
	return cmd
}

func tokenLists(streams Streams, steps stepper, o estateOptions, overlays []string) ([]report.TokenList, error) {
	named := len(overlays) > 0
	overlays, err := everyOverlay(o.root, overlays)
	if err != nil {
		return nil, err
	}
	var lists []report.TokenList
	for _, given := range overlays {
		opened, sets, err := o.sets(given, named)
		if err != nil {
			return nil, err
		}
		for _, set := range sets {
			if set.Tokens == nil {
				continue
			}
			record, err := opened.Record(set)
			if err != nil {
				return nil, err
			}
			revoked, err := opened.Revoked(set)
			if err != nil {
				return nil, err
			}
			signer, err := opened.Signer(set)
			if err != nil {
				return nil, err
			}
			steps("%s %s: %d tokens in the record, %d revoked", opened.Path, set, len(record.Entries()), revoked.Len())
			options := rotation.Options{KeyID: signer, Issuer: set.Tokens.Issuer, Audiences: set.Tokens.Audiences}
			lists = append(lists, report.TokenList{
				Set: fmt.Sprintf("%s: %s", opened.Name(), set), Now: streams.now(),
				Tokens: rotation.Statuses(set.Plan, record, revoked, streams.now(), options),
			})
		}
	}
	if named && len(lists) == 0 {
		return nil, nothingPlanned(strings.Join(overlays, ", "))
	}
	return lists, nil
}

// nothingPlanned is an error about overlays that have no token.
func nothingPlanned(overlays string) error {
	return fmt.Errorf("%s: no token is planned; write spec.tokens, as in tokens: {gitlab-myrepo: {type: read-write, caches: {main: {}}}}", overlays)
}
