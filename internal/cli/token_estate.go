package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// estateOptions say which overlay a command is about, and how its files are opened.
type estateOptions struct {
	root, overlay, spec, sops string
}

func (o *estateOptions) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&o.overlay, "overlay", "", "overlay, as in overlays/production")
	o.addCommon(flags)
}

// addCommon adds the flags of commands that are about one overlay or several.
func (o *estateOptions) addCommon(flags *pflag.FlagSet) {
	flags.StringVar(&o.root, "root", ".", "folder with base and overlays")
	flags.StringVar(&o.spec, "spec", "", "name of the cache or set of tokens, where the overlay has more than one")
	flags.StringVar(&o.sops, "sops", "", "path of atticgen-sops (default beside atticgen, or on PATH)")
}

// open reads an overlay, given as a user names it.
func (o *estateOptions) open(given string) (*estate.Overlay, error) {
	repo, err := overlay.Open(o.root)
	if err != nil {
		return nil, err
	}
	rel, err := repo.Rel(given)
	if err != nil {
		return nil, err
	}
	return estate.Open(repo, o.root, rel)
}

// one reads the overlay and the one set that a command is about.
func (o *estateOptions) one() (*estate.Overlay, *estate.Set, error) {
	opened, err := o.open(o.overlay)
	if err != nil {
		return nil, nil, err
	}
	set, err := opened.Set(o.spec)
	return opened, set, err
}

// about is how a command is told of a set, for hints that can be typed as they are.
func (o *estateOptions) about(opened *estate.Overlay, set *estate.Set) string {
	words := []string{"--overlay", shellQuoted(filepath.ToSlash(below(o.root, opened.Path)))}
	if filepath.Clean(o.root) != "." {
		words = append(words, "--root", shellQuoted(filepath.ToSlash(o.root)))
	}
	if len(opened.Sets) > 1 {
		words = append(words, "--spec", shellQuoted(set.String()))
	}
	return strings.Join(words, " ")
}

// signs are the flags besides by which a command issues a token of a Secret, in the
// words of the one that is running where that has them. An empty name is any Secret.
func (o *estateOptions) signs(set *estate.Set, secret string, key keyOption, out string) string {
	flags := ""
	if key.file != "" {
		flags = " --key " + shellQuoted(filepath.ToSlash(key.file))
	} else if set.Secrets.Backend != secrets.SOPS && os.Getenv(envKey) == "" {
		flags = " --key FILE"
	}
	if !set.InGit() || set.Unsealed(secret) {
		flags += " --out " + shellQuoted(filepath.ToSlash(cmp.Or(out, "../new-tokens")))
	}
	return flags
}

// backend is how the set's Secrets are kept in Git; nil where they are not.
func (o *estateOptions) backend(streams Streams, opened *estate.Overlay, set *estate.Set) (secretfile.Backend, error) {
	switch set.Secrets.Backend {
	case secrets.SOPS:
		return secretfile.SOPS(o.sops, opened.Root, func(path, message string) {
			d := diag.New(path, "%s", message)
			d.Severity = diag.Warning
			_, _ = fmt.Fprintln(streams.Err, d)
		}), nil
	case secrets.Sealed:
		file := filepath.Join(opened.Root, filepath.FromSlash(opened.Path), filepath.FromSlash(set.Secrets.SealedSecrets.Certificate))
		cert, err := os.ReadFile(file)
		if err != nil {
			return nil, unreadable(file, err, "write the controller's certificate there, with kubeseal --fetch-cert")
		}
		backend, err := secretfile.Sealed(cert, set.Secrets.SealedSecrets.Scope, streams.now())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.ToSlash(file), err)
		}
		return backend, nil
	}
	return nil, nil
}

// retries is how often a command begins anew because another process was faster.
const retries = 5

// anew repeats work on an overlay until nobody else changed it meanwhile.
func anew(steps stepper, work func() error) error {
	for range retries {
		err := work()
		if !errors.Is(err, tree.ErrChanged) {
			return err
		}
		steps("another process changed the overlay; beginning anew")
	}
	return &failure{code: ExitOutput, err: errors.New("nothing was written: other processes keep changing the overlay; run again when they are done")}
}

// written commits an overlay.
func written(ctx context.Context, steps stepper, opened *estate.Overlay) error {
	files, err := opened.Commit(ctx)
	for _, file := range files {
		steps("wrote %s/%s", opened.Path, file)
	}
	switch _, wrong := errors.AsType[diag.List](err); {
	case err == nil, errors.Is(err, tree.ErrChanged):
		return err
	case wrong:
		return &failure{code: ExitInput, err: err}
	default:
		return &failure{code: ExitOutput, err: err}
	}
}

// asInput is an error with the exit code of wrong input, unless it has another.
func asInput(err error) error {
	var failed *failure
	if err == nil || errors.As(err, &failed) || errors.Is(err, tree.ErrChanged) {
		return err
	}
	return &failure{code: ExitInput, err: err}
}

// keyOption is where a command that signs takes the key from.
type keyOption struct{ file string }

func (k *keyOption) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&k.file, "key", "", "file with the private half of the signing key, or - for standard input (default $"+envKey+", or what the overlay has of SOPS)")
}

// signing is what a key is loaded for. All of it may be empty.
type signing struct {
	opened  *estate.Overlay
	set     *estate.Set
	backend secretfile.Backend
	// id is that of the key that is to sign.
	id string
}

// load is the key, and where it is from.
func (k *keyOption) load(ctx context.Context, streams Streams, s signing) (key *token.PrivateKey, from string, err error) {
	var data []byte
	switch value := os.Getenv(envKey); {
	case k.file != "":
		if data, err = input(streams, k.file, "name the file that token keygen made"); err != nil {
			return nil, "", err
		}
		from = filepath.ToSlash(k.file)
		if k.file == stdin {
			from = "standard input"
		}
	case value != "":
		data, from = []byte(value), "$"+envKey
	case s.set != nil && s.set.Secrets.Backend == secrets.SOPS && s.opened.File(s.set.PrivateKeyFile()) != nil:
		key, err = s.opened.ReadPrivateKey(ctx, s.backend, s.set, s.id)
		if err != nil {
			return nil, "", fmt.Errorf("the signing key cannot be read: %w; or name its file with --key", err)
		}
		return key, s.opened.Display(s.set.PrivateKeyFile()), nil
	case s.set != nil && s.opened.File(s.set.PublicKeyFile()) == nil:
		about := estateOptions{root: s.opened.Root}
		advice := "make one with atticgen token keygen " + about.about(s.opened, s.set)
		if s.set.Secrets.Backend != secrets.SOPS {
			advice += " --out FILE"
		}
		return nil, "", fmt.Errorf("%s %s has no signing key yet; %s, or name the file of one with --key, or set %s", s.opened.Path, s.set, advice, envKey)
	default:
		return nil, "", fmt.Errorf("no signing key is given; name its file with --key, or set %s", envKey)
	}
	if key, err = token.ParsePrivate(data); err != nil {
		return nil, "", fmt.Errorf("%s: %w", from, err)
	}
	if id := key.Public().ID(); s.id != "" && id != s.id {
		return nil, "", fmt.Errorf("%s: is the key %s, and %s %s signs with %s; name that key, or the server will refuse the tokens", from, id, s.opened.Path, s.set, s.id)
	}
	return key, from, nil
}

// addOverlays adds the flag of commands that look at several overlays.
func addOverlays(flags *pflag.FlagSet, overlays *[]string) {
	flags.StringArrayVar(overlays, "overlay", nil, "overlay, as in overlays/production; can be repeated (default all)")
}

// below is a path below the repository as a user would give it.
func below(root, rel string) string { return filepath.Join(root, filepath.FromSlash(rel)) }

// sets are those of an overlay that a command is about. An overlay that is named,
// rather than one of all, has to have one.
func (o *estateOptions) sets(given string, named bool) (*estate.Overlay, []*estate.Set, error) {
	opened, err := o.open(given)
	if err != nil {
		return nil, nil, err
	}
	var meant []*estate.Set
	for _, set := range opened.Sets {
		if o.spec == "" || o.spec == set.Names.Name || o.spec == set.String() {
			meant = append(meant, set)
		}
	}
	if named && len(meant) == 0 {
		_, err = opened.Set(o.spec) // says what there is
	}
	return opened, meant, err
}
