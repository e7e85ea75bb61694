// Package overlay turns an overlay of a repository into rendered objects: it
// finds the specs that its kustomization names as generators, merges base and
// patches, and generates. Where the overlay asks kustomize for more, patches of
// objects, components, images, other resources, the objects go through the
// kustomize API; otherwise they do not, which is what makes rendering fast.
// Both ways give the same bytes as the kustomize binary does.
package overlay

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// Repo is a folder with base and overlays. Nothing outside it is read.
type Repo struct {
	given    string            // as the user wrote it, for messages
	resolved string            // absolute, without symbolic links
	seen     *expandingFS      // set while kustomize builds and sees the repository through it
	inputs   generators.Inputs // what specs may refer to
}

// Open is the repository in a folder.
func Open(dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return nil, describe(dir, err, "name an existing folder with --root")
	}
	return &Repo{
		given:    filepath.ToSlash(filepath.Clean(dir)),
		resolved: abs,
		inputs:   generators.Inputs{Charts: charts.At(dir)},
	}, nil
}

// folder is where overlays are, below the repository.
const folder = "overlays"

// Overlays are the overlays of the repository, as slash-separated paths below
// it, sorted.
func (r *Repo) Overlays() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(r.resolved, folder))
	if err != nil {
		return nil, describe(r.display(folder), err, "run atticgen where base and overlays are, or name that folder with --root")
	}
	var found []string
	for _, entry := range entries {
		dir := path.Join(folder, entry.Name())
		if len(r.kustomizationFiles(dir)) > 0 {
			found = append(found, dir)
		}
	}
	if len(found) == 0 {
		d := diag.New(r.display(folder), "has no overlay")
		d.Hint = "make a folder with a kustomization.yaml for each environment"
		return nil, diag.List{d}
	}
	return found, nil
}

// Rel is a path below the repository for the folder of an overlay as a user
// gives it, relative to the working directory. The folder itself may be a
// symbolic link; its name is the environment's.
func (r *Repo) Rel(given string) (string, error) {
	abs, err := filepath.Abs(given)
	if err == nil {
		_, err = os.Stat(abs)
	}
	parent := ""
	if err == nil {
		parent, err = filepath.EvalSymlinks(filepath.Dir(abs))
	}
	if err != nil {
		return "", describe(given, err, "name the folder of an overlay, "+r.known())
	}
	rel, err := filepath.Rel(r.resolved, filepath.Join(parent, filepath.Base(abs)))
	switch {
	case err == nil && rel == ".":
		d := diag.New(given, "is the repository itself")
		d.Hint = "name the folder of an overlay, as in overlays/staging"
		return "", diag.List{d}
	case err != nil || !filepath.IsLocal(rel):
		d := diag.New(given, "is outside the repository %s", r.given)
		d.Hint = "name its repository with --root"
		return "", diag.List{d}
	}
	return filepath.ToSlash(rel), nil
}

// known are the overlays that there are, or an example where there is none.
func (r *Repo) known() string {
	found, err := r.Overlays()
	if err != nil {
		return "as in overlays/staging"
	}
	for i, rel := range found {
		found[i] = r.display(rel)
	}
	return "one of " + strings.Join(found, ", ")
}

// display is a path below the repository as messages show it.
func (r *Repo) display(rel string) string { return path.Join(r.given, rel) }

// resolve is the real path of one below the repository. Symbolic links may lead
// elsewhere within the repository, never out of it.
func (r *Repo) resolve(rel string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(rel)) {
		return "", r.outside(rel)
	}
	target, err := filepath.EvalSymlinks(filepath.Join(r.resolved, filepath.FromSlash(rel)))
	if err != nil {
		return "", err
	}
	if !r.contains(target) {
		return "", r.outside(rel)
	}
	return target, nil
}

func (r *Repo) contains(target string) bool { return within(r.resolved, target) }

// within tells whether a path is a folder or below it. Both are absolute and
// without symbolic links.
func within(dir, target string) bool {
	below, err := filepath.Rel(dir, target)
	return err == nil && filepath.IsLocal(below)
}

func (r *Repo) outside(rel string) error {
	d := diag.New(r.display(rel), "is outside the repository")
	d.Hint = "keep everything that is rendered below the folder with base and overlays"
	return diag.List{d}
}

// isDir tells whether a path below the repository is a folder.
func (r *Repo) isDir(rel string) bool {
	target, err := r.resolve(rel)
	if err != nil {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && info.IsDir()
}

// exists tells whether there is anything at a path below the repository, even
// if it must not be read.
func (r *Repo) exists(rel string) bool {
	_, err := r.resolve(rel)
	return err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// read is a regular file of bounded size below the repository.
func (r *Repo) read(rel string) ([]byte, error) {
	target, err := r.resolve(rel)
	if err != nil {
		return nil, r.describe(rel, err)
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return nil, r.describe(rel, err)
	case !info.Mode().IsRegular():
		d := diag.New(r.display(rel), "is not a file")
		d.Hint = "name a YAML file"
		return nil, diag.List{d}
	case info.Size() > load.MaxBytes:
		d := diag.New(r.display(rel), "has %d bytes, more than the %d that are read", info.Size(), load.MaxBytes)
		d.Hint = "split it"
		return nil, diag.List{d}
	}
	data, err := os.ReadFile(target)
	if err != nil {
		return nil, r.describe(rel, err)
	}
	return data, nil
}

// parse reads the documents of a file below the repository.
func (r *Repo) parse(rel string) ([]*load.Node, diag.List) {
	data, err := r.read(rel)
	if err != nil {
		return nil, asList(err)
	}
	return load.Parse(r.display(rel), data)
}

func (r *Repo) describe(rel string, err error) error {
	return describe(r.display(rel), err, "check the path and its permissions")
}

// describe puts an error of the operating system into the form of all others,
// without the absolute path that it names.
func describe(file string, err error, hint string) error {
	if list, ok := errors.AsType[diag.List](err); ok {
		return list
	}
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	message := "cannot be read: " + err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		message = "is not there"
	}
	d := diag.New(file, "%s", strings.TrimSpace(message))
	d.Hint = hint
	return diag.List{d}
}

// asList is an error as diagnostics.
func asList(err error) diag.List {
	if list, ok := errors.AsType[diag.List](err); ok {
		return list
	}
	return diag.List{diag.New("", "%v", err)}
}
