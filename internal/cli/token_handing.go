package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// tokenFile is a token that is to be in a private file.
type tokenFile struct {
	name  string
	value rotation.Value
}

// write puts new tokens into private files of a folder, if one is named, and
// returns what takes them away again.
func (i *issuing) write(opened *estate.Overlay, files []tokenFile) (remove func(), err error) {
	var made []string
	remove = func() {
		for _, name := range made {
			_ = os.Remove(name)
		}
	}
	if i.out == "" {
		return remove, nil
	}
	for _, dir := range []string{i.out, i.folder(opened)} {
		if err := privateFolder(dir); err != nil {
			return remove, err
		}
	}
	for _, f := range files {
		name := i.file(opened, f.name)
		if err := privateFile(name, append(f.value.JSON(), '\n')); err != nil {
			return remove, &failure{code: ExitOutput, err: err}
		}
		made = append(made, name)
	}
	return remove, nil
}

// folder is the one for new tokens.
func (i *issuing) folder(opened *estate.Overlay) string {
	if i.apart {
		return filepath.Join(i.out, opened.Name())
	}
	return i.out
}

// file is the one for a new token.
func (i *issuing) file(opened *estate.Overlay, name string) string {
	return filepath.Join(i.folder(opened), name+".json")
}

// handing is how the tokens of a plan get to their clients.
func (i *issuing) handing(opened *estate.Overlay, set *estate.Set) map[string]report.Handing {
	all := map[string]report.Handing{}
	for name, planned := range set.Plan.Tokens {
		secret, file := planned.Secret, "its file"
		if i.out != "" {
			file = filepath.ToSlash(i.file(opened, name))
		}
		h := report.Handing{Command: "atticgen token rotate " + i.about(opened, set) + i.signs(set, secret, i.key, i.out) + " " + name}
		switch kept := set.Kept(secret); {
		case kept && set.Secrets.Backend == secrets.SOPS:
			h.From = opened.Display(set.SecretFile(secret))
		case kept:
			h.From = file
		case set.Secrets.Backend == secrets.External:
			h.File, h.Into = file, "the store, as "+secrets.StoredAt(*set.Secrets.ExternalSecrets, secret, name)
		case !set.InGit():
			h.File, h.Into = file, "Secret "+secret+", as "+name
		}
		all[name] = h
	}
	return all
}

// privateFolder makes a folder that only its owner can enter, unless it is there.
func privateFolder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if info, failed := os.Stat(dir); failed == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return nil
	}
	return &failure{code: ExitOutput, err: fmt.Errorf("%s: cannot be made: %w", filepath.ToSlash(dir), tree.Bare(err))}
}
