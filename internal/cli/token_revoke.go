package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

type revokeOptions struct {
	estateOptions

	reason, subject, token string
	allOf                  []string
}

func newTokenRevoke(streams Streams, steps stepper) *cobra.Command {
	var o revokeOptions
	cmd := &cobra.Command{
		Use:   "revoke --overlay OVERLAY --reason TEXT (NAME|ID)…",
		Short: "Put tokens on the list of those that are not to be let in",
		Long: `Put tokens on the overlay's list of revoked ones: by name, which means all of that
name that are still valid, by ID, or as a file with --token. What is on the list
already stays as it is.

Attic itself knows no such list. It counts where the spec says so, with
spec.tokens.revocation: enforce, as soon as the cluster has it. Elsewhere it is
kept for people, and only a new signing key ends a token: see token rotate-key.`,
		Example: `  atticgen token revoke --overlay overlays/production --reason "laptop lost" gitlab-myrepo
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
	case len(args)+len(o.allOf) == 0 && o.token == "":
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
		leaked = &seenToken{parsed, token.Digest(text)}
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
	now := streams.now().Truncate(time.Second)
	var wanted []revocation.Entry
	for _, arg := range args {
		found, err := o.meant(set, record, arg, now)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, found...)
	}
	for _, name := range o.allOf {
		found, err := named(set, record, name, now)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, found...)
	}
	if leaked != nil {
		entry, err := o.leaked(record, *leaked)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, entry)
	}
	var said []string
	for _, entry := range wanted {
		if before, ok := list.Find(entry.ID); ok {
			said = append(said, fmt.Sprintf("%s (%s): revoked already, %s: %s", entry.Subject, entry.ID, before.RevokedAt.Format(time.RFC3339), before.Reason))
			continue
		}
		entry.Reason, entry.RevokedAt = o.reason, now
		if list, err = list.Add(entry); err != nil {
			return nil, err
		}
		said = append(said, fmt.Sprintf("%s (%s): revoked", entry.Subject, entry.ID))
	}
	said = append(said, o.effect(set))
	if err := opened.PutRevoked(set, list); err != nil {
		return nil, err
	}
	return said, opened.EnsureLedgers(set)
}

// effect says when a revocation counts.
func (o *revokeOptions) effect(set *estate.Set) string {
	if set.Tokens == nil || set.Tokens.Revocation != tokenset.Enforce {
		return "Nobody asks the list yet: write spec.tokens.revocation: enforce, or end all tokens with a new signing key (atticgen token rotate-key)."
	}
	return "Run atticgen render, and commit both: it counts as soon as the cluster has the list."
}

// meant are the tokens of an argument: the one of an ID, or all of a name.
func (o *revokeOptions) meant(set *estate.Set, record issued.Record, arg string, now time.Time) ([]revocation.Entry, error) {
	if entry, ok := record.Find(arg); ok {
		return []revocation.Entry{revoking(entry)}, nil
	}
	if o.subject != "" && len(record.Named(arg)) == 0 {
		return []revocation.Entry{{ID: arg, Subject: o.subject}}, nil
	}
	return named(set, record, arg, now)
}

// named are all tokens of a name that are valid.
func named(set *estate.Set, record issued.Record, name string, now time.Time) ([]revocation.Entry, error) {
	var found []revocation.Entry
	for _, entry := range record.Live(name, now) {
		found = append(found, revoking(entry))
	}
	if len(found) > 0 {
		return found, nil
	}
	var known []string
	for _, entry := range record.Entries() {
		if entry.Live(now) && !slices.Contains(known, entry.Name) {
			known = append(known, entry.Name)
		}
	}
	hint := "no token of it is valid"
	if len(known) > 0 {
		hint = "there are " + strings.Join(known, ", ")
	}
	return nil, fmt.Errorf("%s has no valid token with the name or ID %s: %s; a token that is in no record is revoked with --token, or with its ID and --subject", set, diag.Quote(name), hint)
}

func revoking(e issued.Entry) revocation.Entry {
	return revocation.Entry{ID: e.ID, Subject: e.Subject, Name: e.Name, ExpiresAt: e.ExpiresAt}
}

// seenToken is a token that somebody has, and its digest.
type seenToken struct {
	token.Parsed

	digest string
}

// leaked is the entry of a token that somebody has. One that was made up with the
// ID of another must not take that one's place on the list.
func (o *revokeOptions) leaked(record issued.Record, t seenToken) (revocation.Entry, error) {
	if t.ID == "" {
		return revocation.Entry{}, errors.New("the token has no ID (jti), by which it could be revoked; a new signing key ends it: see atticgen token rotate-key")
	}
	if entry, ok := record.Find(t.ID); ok {
		if entry.Sha256 != t.digest {
			return revocation.Entry{}, fmt.Errorf("the token has the ID of token %s and is another one, so that it was made up; if %s is to be revoked, name it", diag.Quote(entry.Name), diag.Quote(entry.Name))
		}
		return revoking(entry), nil
	}
	subject := t.Subject
	if o.subject != "" {
		subject = o.subject
	}
	return revocation.Entry{ID: t.ID, Subject: subject, ExpiresAt: t.ExpiresAt}, nil
}
