package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

type revokeOptions struct {
	estateOptions

	reason, subject, token string
	allOf                  []string
	superseded             bool
}

func newTokenRevoke(streams Streams, steps stepper) *cobra.Command {
	var o revokeOptions
	cmd := &cobra.Command{
		Use:   "revoke --overlay OVERLAY --reason TEXT (NAME|ID|--superseded [NAME]…)…",
		Short: "Put tokens on the list of those that are not to be let in",
		Long: `Put tokens on the overlay's list of revoked ones: by name, which means all of that
name that are still valid, by ID, or as a file with --token. With --superseded,
only those that have a successor already: of the names, or of all there are. What
is on the list already stays as it is.

Attic itself knows no such list. It counts where the spec says so, with
spec.tokens.revocation: enforce, as soon as the cluster has it. Elsewhere it is
kept for people, and a token works until its end, or until the signing key is
replaced for everybody.`,
		Example: `  atticgen token revoke --overlay overlays/production --reason "laptop lost" gitlab-myrepo
  atticgen token revoke --overlay overlays/production --reason "rotated after a leak" --superseded
  atticgen token revoke --overlay overlays/production --reason "found in a log" --token found.txt`,
		Args: secretless(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return guarded(streams, func(streams Streams) error { return revoke(cmd.Context(), streams, steps, o, args) })
		},
	}
	flags := cmd.Flags()
	o.addTo(flags)
	flags.Lookup("sops").Hidden = true // Nothing is opened.
	flags.StringVar(&o.reason, "reason", "", "why, on one line")
	flags.StringArrayVar(&o.allOf, "all-of", nil, "name of a token, all of which are revoked; can be repeated")
	flags.BoolVar(&o.superseded, "superseded", false, "revoke only tokens that have a successor, of the names given or of all")
	flags.StringVar(&o.token, "token", "", "file with a token to revoke, or - for standard input")
	flags.StringVar(&o.subject, "subject", "", "whom a token was for that is in no record, to revoke it by its ID")
	return cmd
}

func revoke(ctx context.Context, streams Streams, steps stepper, o revokeOptions, args []string) error {
	switch {
	case o.overlay == "":
		return &failure{code: ExitUsage, err: errors.New("name the overlay whose list it is with --overlay")}
	case strings.TrimSpace(o.reason) == "":
		return &failure{code: ExitUsage, err: errors.New("say why with --reason; whoever finds the token refused will ask")}
	case o.superseded && (len(o.allOf) > 0 || o.token != "" || o.subject != ""):
		return &failure{code: ExitUsage, err: errors.New("--superseded goes with names alone; remove --all-of, --token and --subject, or revoke those by themselves")}
	case len(args)+len(o.allOf) == 0 && o.token == "" && !o.superseded:
		return &failure{code: ExitUsage, err: errors.New("name the tokens, or their IDs as atticgen token list shows them")}
	}
	var leaked *seenToken
	if o.token != "" {
		text, from, err := tokenText(streams, []string{o.token})
		if err != nil {
			return err
		}
		steps("a token to revoke is that of %s", from)
		parsed, err := token.Parse(text)
		if err != nil {
			return &failure{code: ExitInput, err: err}
		}
		leaked = &seenToken{parsed, text}
	}
	var said []string
	err := anew(steps, func() error {
		opened, set, err := o.one()
		if err != nil {
			return err
		}
		said, err = o.put(streams, opened, set, args, leaked)
		if err != nil {
			return err
		}
		return written(ctx, steps, opened)
	})
	if err != nil {
		return asInput(err)
	}
	for _, line := range said {
		if _, err := fmt.Fprintln(streams.Out, diag.Escape(line)); err != nil {
			return printed(err)
		}
	}
	return nil
}

// put changes the list in memory, and says what it did.
func (o *revokeOptions) put(streams Streams, opened *estate.Overlay, set *estate.Set, args []string, leaked *seenToken) ([]string, error) {
	record, err := opened.Record(set)
	if err != nil {
		return nil, err
	}
	list, err := opened.Revoked(set)
	if err != nil {
		return nil, err
	}
	choice := revokeChoice{options: o, set: set, record: record, list: list, now: streams.now().Truncate(time.Second), about: o.about(opened, set)}
	wanted, err := choice.of(args, leaked)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 0 {
		return []string{fmt.Sprintf("%s has no valid token with a successor; nothing is revoked", set)}, nil
	}
	var said []string
	for _, entry := range wanted {
		if before, ok := list.Find(entry.ID); ok {
			said = append(said, fmt.Sprintf("%s (%s): revoked already, %s: %s", entry.Subject, entry.ID, before.RevokedAt.Format(time.RFC3339), before.Reason))
			continue
		}
		entry.Reason, entry.RevokedAt = o.reason, choice.now
		if list, err = list.Add(entry); err != nil {
			return nil, err
		}
		said = append(said, fmt.Sprintf("%s (%s): revoked", entry.Subject, entry.ID))
	}
	said = append(append(said, choice.inUse...), o.effect(opened, set))
	if err := opened.PutRevoked(set, list); err != nil {
		return nil, err
	}
	return said, opened.EnsureLedgers(set)
}

// effect says when a revocation counts.
func (o *revokeOptions) effect(opened *estate.Overlay, set *estate.Set) string {
	switch {
	case set.Cache == nil:
		return "Nobody asks the list of a TokenSet: the tokens work until their end, or until the signing key of the server is replaced, which ends all of them."
	case set.Tokens == nil || set.Tokens.Revocation != tokenset.Enforce:
		return "Nobody asks the list yet, and the tokens work on. Write spec.tokens.revocation: enforce, run atticgen render, and commit. " +
			"Or end all tokens at once, with another signing key: begin with atticgen token rotate-key " + o.about(opened, set) +
			`, and go through "The key was stolen" in docs/key-rotation.md, which is one commit.`
	}
	return "Run atticgen render, and commit both: it counts as soon as the cluster has the list."
}
