package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

type tokenVerifyOptions struct {
	estateOptions

	publicKeys        []string
	cache, permission string
	format            report.SummaryFormat
}

func newTokenVerify(streams Streams, steps stepper) *cobra.Command {
	var o tokenVerifyOptions
	cmd := &cobra.Command{
		Use:   "verify [FILE|-] (--public-key FILE | --overlay OVERLAY)",
		Short: "Check whether a token is good, and for what",
		Long: `Check whether a token is good, as the server would: its signature, its times, its
issuer and audience where the spec wants some, and, with --overlay, whether it is
revoked. With --cache it must allow anything there at all, and with --for what is
asked: the cache's own name counts before patterns.

Exit code 1 says that it is not good.`,
		Example: `  atticgen token verify token.json --public-key attic.pub --cache main --for push
  atticgen token verify - --overlay overlays/production < token.txt`,
		Args: secretless(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return guarded(streams, func(streams Streams) error { return verifyToken(streams, steps, o, args) })
		},
	}
	flags := cmd.Flags()
	o.addTo(flags)
	flags.StringArrayVar(&o.publicKeys, "public-key", nil, "file with the public half of the signing key; can be repeated")
	flags.StringVar(&o.cache, "cache", "", "cache that the token is to be good for")
	flags.StringVar(&o.permission, "for", "", "permission that it is to have there, as in push")
	flags.Var(&o.format, "format", "form of what is printed: text, markdown or json")
	return cmd
}

func verifyToken(streams Streams, steps stepper, o tokenVerifyOptions, args []string) error {
	switch {
	case o.overlay == "" && len(o.publicKeys) == 0:
		return &failure{code: ExitUsage, err: errors.New("nothing says which key is to have signed it; name its public half with --public-key, or an overlay with --overlay")}
	case o.permission != "" && o.cache == "":
		return &failure{code: ExitUsage, err: errors.New("--for needs --cache, which says where")}
	case o.permission != "" && !slices.Contains(tokenset.Permissions(), o.permission):
		return &failure{code: ExitUsage, err: fmt.Errorf("%s is no permission; write one of %s", diag.Quote(o.permission), strings.Join(tokenset.Permissions(), ", "))}
	case o.cache != "" && !cachename.IsName(o.cache):
		return &failure{code: ExitUsage, err: fmt.Errorf("%s is no name of a cache; write one without *", diag.Quote(o.cache))}
	}
	keys, err := publicKeys(streams, o.publicKeys)
	if err != nil {
		return asInput(err)
	}
	about := report.TokenCheck{Now: streams.now(), Verified: true, Cache: o.cache, Permission: o.permission}
	against := token.Options{Now: about.Now}
	var revoked revocation.List
	if o.overlay != "" {
		opened, set, err := o.one()
		if err != nil {
			return asInput(err)
		}
		if revoked, err = opened.Revoked(set); err != nil {
			return asInput(err)
		}
		own, err := o.keysOf(opened, set)
		if err != nil {
			return asInput(err)
		}
		keys, about.Listed = append(keys, own...), true
		if set.Tokens != nil {
			against.Issuer, against.Audiences = set.Tokens.Issuer, set.Tokens.Audiences
		}
	}
	text, from, err := tokenText(streams, args)
	if err != nil {
		return err
	}
	steps("the token is that of %s; %d keys may have signed it, %d tokens are revoked", from, len(keys), revoked.Len())
	about.Digest = token.Digest(text)
	about.Token, about.Problem = token.Verify(text, keys, against)
	if about.Problem == nil {
		for _, id := range []string{about.Token.ID, revocation.Digest(text)} {
			if entry, found := revoked.Find(id); found {
				about.Revoked = &entry
				break
			}
		}
	}
	if err := printed(report.WriteTokenCheck(streams.Out, o.format.Format, about)); err != nil {
		return err
	}
	return verdict(about)
}

// keysOf are the public halves that an overlay has.
func (o *tokenVerifyOptions) keysOf(opened *estate.Overlay, set *estate.Set) ([]*token.PublicKey, error) {
	var keys []*token.PublicKey
	for _, read := range []func(*estate.Set) (*token.PublicKey, error){opened.PublicKey, opened.NextPublicKey} {
		key, err := read(set)
		if err != nil {
			return nil, err
		}
		if key != nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && len(o.publicKeys) == 0 {
		return nil, fmt.Errorf("%s: is not there; make the key with atticgen token keygen %s, write the public half there, or name it with --public-key", opened.Display(set.PublicKeyFile()), o.about(opened, set))
	}
	return keys, nil
}

// verdict is the exit code that a token deserves.
func verdict(about report.TokenCheck) error {
	switch {
	case about.Good():
		return nil
	case about.Problem != nil:
		return &failure{code: ExitInput, err: about.Problem}
	case about.Revoked != nil:
		return &failure{code: ExitInput, err: errors.New("the token is revoked")}
	case about.Permission != "":
		return &failure{code: ExitInput, err: fmt.Errorf("the token may not %s in %s", about.Permission, about.Cache)}
	default:
		return &failure{code: ExitInput, err: fmt.Errorf("the token is not for %s", about.Cache)}
	}
}
