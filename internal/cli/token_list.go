package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

func newTokenList(streams Streams, steps stepper) *cobra.Command {
	return newList(streams, &cobra.Command{
		Short: "Show all tokens: how old they are, when they end and when they are due",
		Long: `Show all tokens that are planned or were issued, with their age, their end and
when they are due. It reads plan, record and list in Git, and needs no key.`,
		Example: `  atticgen token list
  atticgen token list --overlay overlays/production --format json`,
	}, func(streams Streams, format report.Format, o estateOptions, overlays []string) error {
		lists, err := tokenLists(streams, steps, o, overlays)
		if err != nil {
			return asInput(err)
		}
		return printed(report.WriteTokens(streams.Out, format, lists))
	})
}

func tokenLists(streams Streams, steps stepper, o estateOptions, overlays []string) ([]report.TokenList, error) {
	var lists []report.TokenList
	err := o.eachSet(overlays, func(opened *estate.Overlay, set *estate.Set) error {
		if set.Tokens == nil {
			return nil
		}
		record, err := opened.Record(set)
		if err != nil {
			return err
		}
		revoked, err := opened.Revoked(set)
		if err != nil {
			return err
		}
		signer, err := opened.Signer(set)
		if err != nil {
			return err
		}
		steps("%s %s: %d tokens in the record, %d revoked", opened.Path, set, len(record.Entries()), revoked.Len())
		options := rotation.Options{KeyID: signer, Issuer: set.Tokens.Issuer, Audiences: set.Tokens.Audiences}
		lists = append(lists, report.TokenList{
			Set: fmt.Sprintf("%s: %s", opened.Name(), set), Now: streams.now(),
			Tokens: rotation.Statuses(set.Plan, record, revoked, streams.now(), options),
		})
		return nil
	})
	if err == nil && len(overlays) > 0 && len(lists) == 0 {
		err = nothingPlanned(strings.Join(overlays, ", "))
	}
	return lists, err
}

// nothingPlanned is an error about overlays that have no token.
func nothingPlanned(overlays string) error {
	return fmt.Errorf("%s: no token is planned; write spec.tokens, as in tokens: {gitlab-myrepo: {type: read-write, caches: {main: {}}}}", overlays)
}
