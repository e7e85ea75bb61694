package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

type issueOptions struct {
	issuing

	again                 bool
	kind                  string
	validity, maxValidity string
	issuer                string
	audiences             []string
	format                report.SummaryFormat
	// plain is standard output, for the token alone.
	plain io.Writer
}

func newTokenIssue(streams Streams, steps stepper) *cobra.Command {
	var o issueOptions
	cmd := &cobra.Command{
		Use:   "issue (NAME PERMISSIONS CACHES | --overlay OVERLAY [NAME…])",
		Short: "Issue tokens, by a plan or one by hand",
		Long: `Issue tokens. With --overlay, those of the plan that have none yet, or the ones
named: they go into the overlay's Secrets, and their record beside them. A token
that there is stays; with --again, a named one is issued anew.

Without --overlay, one token: its name, what it may do (pull, push, delete,
createCache, configureCache, configureRetention, destroyCache; several with
commas), and the caches, by name or by pattern. It is printed, or goes into a
private file as JSON. It is in no record: note its ID, so that it can be revoked.`,
		Example: `  atticgen token issue --key attic.pem gitlab-myrepo push,pull main
  atticgen token issue --key attic.pem --validity 30d --out reader.json reader pull 'team-*'
  atticgen token issue --overlay overlays/production
  atticgen token issue --overlay overlays/production --again gitlab-myrepo`,
		Args: secretless(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.plain = streams.Out
			return guarded(streams, func(streams Streams) error {
				if o.overlay != "" {
					for _, flag := range []string{"type", "validity", "max-validity", "issuer", "audience"} {
						if cmd.Flags().Changed(flag) {
							return &failure{code: ExitUsage, err: fmt.Errorf("--%s does not go with --overlay, where the spec says so; change it there", flag)}
						}
					}
					return issuePlanned(cmd.Context(), streams, steps, o, args)
				}
				return issueOne(cmd.Context(), streams, steps, o, args)
			})
		},
	}
	flags := cmd.Flags()
	o.addTo(flags)
	o.key.addTo(flags)
	flags.BoolVar(&o.again, "again", false, "with --overlay: issue the named tokens anew although there are valid ones")
	flags.BoolVar(&o.dryRun, "dry-run", false, "with --overlay: only say what would be done")
	flags.StringVar(&o.kind, "type", "", "type of the token, which bounds what it may do: read-only, read-write, service or admin (default read-only, with push read-write)")
	flags.StringVar(&o.validity, "validity", "", "how long the token is valid, as in 30d (default that of its type)")
	flags.StringVar(&o.maxValidity, "max-validity", tokenset.DefaultMaxValidity, "the longest that it may be valid")
	flags.StringVar(&o.issuer, "issuer", "", "issuer that the token names (iss)")
	flags.StringArrayVar(&o.audiences, "audience", nil, "audience that the token names (aud); can be repeated")
	flags.StringVar(&o.out, "out", "", "new private file for the token; with --overlay, a private folder with one file for each")
	flags.Var(&o.format, "format", "form of what is printed: text, markdown or json")
	return cmd
}

// issuePlanned issues what the plan of an overlay has.
func issuePlanned(ctx context.Context, streams Streams, steps stepper, o issueOptions, names []string) error {
	if o.again && len(names) == 0 {
		return &failure{code: ExitUsage, err: errors.New("--again says nothing about which tokens; name them")}
	}
	o.options = func(set *estate.Set) (rotation.Options, error) {
		options := rotation.Options{Names: names, Force: o.again}
		if len(names) == 0 {
			// Who types this asks for all of them, those for people too.
			options.Names = slices.Sorted(maps.Keys(set.Plan.Tokens))
		}
		return options, rotation.CheckNames(set.Plan, names)
	}
	o.pick = func(actions []rotation.Action) []rotation.Action {
		for i, a := range actions {
			if a.Kind == rotation.Rotate && !o.again {
				actions[i].Kind = rotation.Nothing
			}
		}
		return actions
	}
	reports, err := o.onOverlay(ctx, streams, steps, o.overlay)
	if err != nil {
		return err
	}
	if len(reports) == 0 {
		return &failure{code: ExitInput, err: nothingPlanned(o.overlay)}
	}
	return printed(report.WriteRotation(streams.Out, o.format.Format, reports))
}

// issueOne issues a token that no plan has.
func issueOne(ctx context.Context, streams Streams, steps stepper, o issueOptions, args []string) error {
	switch {
	case len(args) != 3:
		return &failure{code: ExitUsage, err: errors.New("name the token, what it may do and the caches, as in gitlab-myrepo push,pull main; or an overlay with --overlay")}
	case o.again || o.dryRun || o.spec != "":
		return &failure{code: ExitUsage, err: errors.New("--again, --dry-run and --spec go with --overlay; remove them")}
	case o.format.Format == report.Markdown:
		return &failure{code: ExitUsage, err: errors.New("a token is printed as text or json; write one of them")}
	}
	plan, err := o.planOf(args[0], strings.Split(args[1], ","), strings.Split(args[2], ","))
	if err != nil {
		return &failure{code: ExitUsage, err: err}
	}
	key, from, err := o.key.load(ctx, streams, signing{})
	if err != nil {
		return asInput(err)
	}
	steps("the signing key is that of %s, id %s", from, key.Public().ID())
	now := streams.now().Truncate(time.Second)
	options := rotation.Options{KeyID: key.Public().ID(), Names: args[:1], Issuer: o.issuer, Audiences: o.audiences}
	result, err := rotation.Apply(rotation.Plan(plan, issued.Record{}, revocation.List{}, now, options), issued.Record{}, rotation.Maker{
		NewID: newTokenID,
		Sign:  func(c token.Claims) (string, error) { return token.Sign(key, c) },
	}, now, options)
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	made := result.Tokens[0]
	say(streams.Err, fmt.Sprintf("token %s: id %s, key %s, valid until %s; it is in no record: note its id, so that it can be revoked",
		diag.Escape(made.Entry.Name), made.Entry.ID, made.Entry.KeyID, made.Entry.ExpiresAt.Format(time.RFC3339)))
	if o.out != "" && o.out != stdin {
		if err := privateFile(o.out, append(made.Value.JSON(), '\n')); err != nil {
			return &failure{code: ExitOutput, err: err}
		}
		return nil
	}
	text := made.Value.Token()
	if o.format.Format == report.JSON {
		text = string(made.Value.JSON())
	}
	_, err = io.WriteString(o.plain, text+"\n")
	return printed(err)
}

// planOf is a plan with one token, checked as those of specs are.
func (o *issueOptions) planOf(name string, permissions, caches []string) (tokenset.Plan, error) {
	t := v1alpha1.Token{Type: o.kind, Caches: map[string]v1alpha1.TokenCache{}, Validity: v1alpha1.Duration(o.validity)}
	if t.Type == "" && slices.Contains(permissions, tokenset.Push) {
		t.Type = tokenset.ReadWrite
	}
	for _, cache := range caches {
		t.Caches[cache] = v1alpha1.TokenCache{Permissions: permissions}
	}
	set := tokenset.Default(v1alpha1.TokenSet{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindTokenSet,
		Metadata: v1alpha1.Metadata{Name: "attic", Namespace: naming.DefaultNamespace},
		Spec: v1alpha1.TokenSetKindSpec{TokenSetSpec: v1alpha1.TokenSetSpec{
			Tokens: map[string]v1alpha1.Token{name: t}, MaxValidity: v1alpha1.Duration(o.maxValidity),
			Issuer: o.issuer, Audiences: o.audiences,
		}},
	})
	var wrong diag.List
	for _, p := range tokenset.Validate(set) {
		if p.Severity == validate.Error {
			d := diag.New("", "%s", p.Message)
			d.Path, d.Hint = asArgument(p.Path), strings.ReplaceAll(p.Hint, "spec.maxValidity", "--max-validity")
			d.Message = strings.ReplaceAll(d.Message, "spec.maxValidity", "--max-validity")
			wrong = append(wrong, d)
		}
	}
	if err := wrong.Err(); err != nil {
		return tokenset.Plan{}, err
	}
	return tokenset.PlanOf(naming.Set{Name: "attic", Namespace: naming.DefaultNamespace}, set.Spec.TokenSetSpec), nil
}

// asArgument is the argument or flag that a field of a spec comes from.
func asArgument(path string) string {
	for _, from := range []struct{ field, argument string }{
		{".permissions", "PERMISSIONS"},
		{".caches", "CACHES"},
		{".type", "--type"},
		{"maxValidity", "--max-validity"},
		{".validity", "--validity"},
		{".rotateBefore", "--validity"},
		{"spec.issuer", "--issuer"},
		{"spec.audiences", "--audience"},
	} {
		if strings.Contains(path, from.field) {
			return from.argument
		}
	}
	return "NAME"
}
