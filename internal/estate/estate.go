// Package estate is what an overlay has besides what is rendered: its sets of
// tokens and the Secrets that its system needs, and the folder in which they are
// kept, overlays/<env>/secrets.
//
// The folder is read as a whole, changed in memory, and written as a whole or not
// at all. Of two processes that change it at once, one is told so, with
// [tree.ErrChanged], and can begin anew.
package estate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/kustomizations"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// Folder is where an overlay keeps its Secrets.
const Folder = overlay.SecretsFolder

const kustomizationFile = "kustomization.yaml"

// Overlay is an overlay with its sets and its folder of Secrets. Make one with
// [Open]. It may be used by one goroutine at a time.
type Overlay struct {
	// Root is the repository, and Path the overlay below it, separated by slashes.
	Root, Path string
	// Sets are in the order of their namespaces and names.
	Sets []*Set

	folder *tree.Folder
	files  map[string][]byte
}

// Open reads an overlay, which is given as a path below the repository.
func Open(repo *overlay.Repo, root, path string) (*Overlay, error) {
	specs, diags := repo.Specs(path)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	o := &Overlay{Root: root, Path: path}
	for _, spec := range specs {
		set, problems := newSet(spec)
		diags = append(diags, problems...)
		if set != nil {
			o.Sets = append(o.Sets, set)
		}
	}
	if err := diags.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(o.Sets, func(a, b *Set) int { return strings.Compare(a.String(), b.String()) })
	for i, set := range o.Sets {
		if i > 0 && set.String() == o.Sets[i-1].String() {
			diags = append(diags, set.Problem([]string{"metadata", "name"}, fmt.Sprintf("is that of another spec with tokens or Secrets, %s", set), "give it a name of its own"))
		}
	}
	if err := diags.Err(); err != nil {
		return nil, err
	}
	var err error
	if o.folder, err = tree.Read(filepath.Join(root, filepath.FromSlash(path), Folder)); err != nil {
		return nil, err
	}
	o.files = o.folder.Files()
	return o, nil
}

// Name is that of the environment.
func (o *Overlay) Name() string { return path.Base(o.Path) }

// Set is the set of a name, which may be left out where there is one: "attic", or
// "nix-cache/attic".
func (o *Overlay) Set(name string) (*Set, error) {
	var found []*Set
	var known []string
	for _, s := range o.Sets {
		known = append(known, s.String())
		if name == "" || s.String() == name || s.Names.Name == name {
			found = append(found, s)
		}
	}
	d := diag.New(o.Path, "has no cache %s", diag.Quote(name))
	d.Hint = "name one of " + strings.Join(known, ", ") + " with --spec"
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(o.Sets) == 0:
		d.Message, d.Hint = "has neither a cache nor a set of tokens", "name the spec of one under generators"
	case name == "":
		d.Message = "has more than one cache or set of tokens"
	case len(found) > 1:
		d.Message = fmt.Sprintf("has more than one %s", diag.Quote(name))
	}
	return nil, diag.List{d}
}

// Display is a file of the folder as messages name it.
func (o *Overlay) Display(rel string) string {
	return filepath.ToSlash(filepath.Join(o.Root, filepath.FromSlash(o.Path), Folder, filepath.FromSlash(rel)))
}

// File is the content of a file of the folder, with what was changed; nil where it
// is not there.
func (o *Overlay) File(rel string) []byte { return o.files[rel] }

// Put changes a file. Nothing is written before [Overlay.Commit].
func (o *Overlay) Put(rel string, data []byte) { o.files[rel] = data }

// Remove takes a file out.
func (o *Overlay) Remove(rel string) { delete(o.files, rel) }

// Commit writes what was changed, and makes the overlay's kustomization name the
// folder. Nothing is written where nothing was changed. The files that were written
// are returned, below the overlay.
func (o *Overlay) Commit(ctx context.Context) ([]string, error) {
	if len(o.files) == 0 {
		return nil, nil
	}
	own, err := o.kustomization()
	if err != nil {
		return nil, err
	}
	o.files[kustomizationFile] = own
	plan, err := o.folder.Plan(o.files)
	if err != nil {
		return nil, err
	}
	above, err := o.named()
	if err != nil {
		return nil, err
	}
	if err := tree.Commit(ctx, []*tree.Plan{plan}); err != nil {
		return nil, err
	}
	var written []string
	for _, change := range plan.Changes() {
		written = append(written, path.Join(Folder, change.Path))
	}
	if above.changed() {
		if err := above.write(); err != nil {
			return written, fmt.Errorf("%s: cannot be written: %w; add %s to its resources yourself", above.shown, err, Folder)
		}
		written = append(written, filepath.Base(above.file))
	}
	return written, nil
}

// kustomization is the folder's own.
func (o *Overlay) kustomization() ([]byte, error) {
	var resources []string
	for rel := range o.files {
		isYAML := path.Ext(rel) == ".yaml" || path.Ext(rel) == ".yml"
		kept := slices.ContainsFunc(o.Sets, func(s *Set) bool { return s.kept(rel) })
		if isYAML && rel != kustomizationFile && !kept {
			resources = append(resources, rel)
		}
	}
	slices.Sort(resources)
	before := o.files[kustomizationFile]
	if before != nil && !strings.HasPrefix(string(before), tree.Header) {
		// Somebody took it over, and it is theirs.
		for _, rel := range resources {
			var err error
			if before, err = kustomizations.AddResource(o.Display(kustomizationFile), before, rel); err != nil {
				return nil, err
			}
		}
		return before, nil
	}
	var text strings.Builder
	text.WriteString(tree.Header + " token and secret: every file of this folder that the cluster gets.\n")
	text.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n")
	for _, rel := range resources {
		text.WriteString("  - " + rel + "\n")
	}
	return []byte(text.String()), nil
}

// edit is a file and what it is to be.
type edit struct {
	file, shown   string
	before, after []byte
}

func (e edit) changed() bool { return string(e.before) != string(e.after) }

// named is the overlay's kustomization with the folder among its resources.
func (o *Overlay) named() (edit, error) {
	for _, name := range []string{kustomizationFile, "kustomization.yml", "Kustomization"} {
		e := edit{
			file:  filepath.Join(o.Root, filepath.FromSlash(o.Path), name),
			shown: filepath.ToSlash(filepath.Join(o.Root, filepath.FromSlash(o.Path), name)),
		}
		var err error
		e.before, err = os.ReadFile(e.file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return e, fmt.Errorf("%s: cannot be read: %w", e.shown, tree.Bare(err))
		}
		e.after, err = kustomizations.AddResource(e.shown, e.before, Folder)
		return e, err
	}
	return edit{}, fmt.Errorf("%s: has no kustomization.yaml", o.Path) // It had one when it was opened.
}

// write puts the whole file in the place of the old one, or leaves that.
func (e edit) write() error {
	info, err := os.Stat(e.file)
	if err != nil {
		return tree.Bare(err)
	}
	now, err := os.ReadFile(e.file)
	if err != nil {
		return tree.Bare(err)
	}
	switch string(now) {
	case string(e.after):
		return nil // Another process was faster, and meant the same.
	case string(e.before):
	default:
		return tree.ErrChanged
	}
	return tree.Bare(tree.ReplaceFile(e.file, e.after, info.Mode().Perm()))
}
