package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/spelling"
)

// environment is one folder that a controller applies, and what was found there.
type environment struct {
	name string
	// dir is the folder on disk, and shown the same as messages show it.
	dir, shown string
	// overlay is what it is rendered from, below the repository; empty when that
	// is gone.
	overlay string
	// foreign says that the folder is none that atticgen has written, though a
	// controller applies it like the others.
	foreign  bool
	files    []file
	findings []report.VerifiedFinding
	// absent are the findings about files and folders that are listed and not
	// there, by path below the folder.
	absent map[string][]int
	// unasked are the rules that the environment was not held to, with why.
	unasked map[string]string
}

// file is an object and where its fields are written.
type file struct {
	manifest.Object
	// shown is the path as messages show it.
	shown string
	// at is the path below the folder.
	at   string
	root *load.Node
	// encrypted says that it is a Secret whose values SOPS has encrypted, which
	// are no longer what the kind wants.
	encrypted bool
}

// environments are those that there are on disk, and those that there should be.
func environments(repo *overlay.Repo, o Options) ([]*environment, error) {
	found := map[string]*environment{}
	add := func(name, source string) {
		dir := filepath.Join(o.Output, name)
		found[name] = &environment{
			name: name, dir: dir, shown: filepath.ToSlash(dir), overlay: source,
			absent: map[string][]int{}, unasked: map[string]string{},
		}
	}
	overlays, err := repo.Overlays()
	if err != nil {
		return nil, err
	}
	for _, source := range overlays {
		add(path.Base(source), source)
	}
	entries, err := os.ReadDir(o.Output)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diag.List{diag.New(filepath.ToSlash(o.Output), "cannot be read: %v", errors.Unwrap(err))}
	}
	// Where environments are beside everything else, a folder need not be one.
	apart := !within(o.Output, o.Root)
	for _, entry := range entries {
		dir := filepath.Join(o.Output, entry.Name())
		source, ours := manifest.RenderedFrom(filepath.Join(dir, kustomizationNames[0]))
		switch {
		case found[entry.Name()] != nil:
		case !ours && (!apart || !holdsManifests(dir)):
		default:
			// An overlay that is not directly below overlays/ is rendered by name.
			if !ours || !filepath.IsLocal(filepath.FromSlash(source)) || !isDir(filepath.Join(o.Root, filepath.FromSlash(source))) {
				source = ""
			}
			add(entry.Name(), source)
			found[entry.Name()].foreign = !ours
		}
	}
	all := make([]*environment, 0, len(found))
	for _, e := range found {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *environment) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// same tells whether two paths are of one folder, without following a link at its
// end: a linked environment is another one.
func same(a, b string) bool {
	return canonical(a) == canonical(b)
}

func canonical(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return filepath.Clean(name)
	}
	if parent, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(parent, filepath.Base(abs))
	}
	return abs
}

// choose are the environments of those names, each once, or all.
func choose(all []*environment, names []string) ([]*environment, error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, e := range all {
		known = append(known, e.name)
	}
	var chosen []*environment
	var unknown diag.List
	for _, given := range names {
		// The folder, as a shell completes it, is as good as the name.
		name := given
		for _, e := range all {
			if same(given, e.dir) {
				name = e.name
			}
		}
		i := slices.Index(known, name)
		if i < 0 {
			d := diag.New("", "there is no environment %s", diag.Quote(given))
			d.Hint = suggestion(name, known)
			unknown = append(unknown, d)
			continue
		}
		if !slices.Contains(chosen, all[i]) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, unknown.Err()
}

// suggestion names what somebody may have meant, or else all that there is.
func suggestion(written string, known []string) string {
	if name := nearest(written, known); name != "" {
		return "did you mean " + name + "?"
	}
	return "there are " + strings.Join(known, ", ")
}

// nearest is what is least unlike a word; empty if nothing is like it.
func nearest(written string, known []string) string {
	like, least := "", len(written)/3+2
	for _, name := range known {
		// What is much longer is far from it, and could take long to compare.
		if len(written) > 2*len(name)+3 {
			continue
		}
		if d := spelling.Distance(name, written); d < least {
			like, least = name, d
		}
	}
	return like
}

func progress(name string, i, of int) string {
	return fmt.Sprintf("verifying %s (%d of %d)", diag.Escape(name), i+1, of)
}

// top is the kustomization of the whole environment, where findings stand that
// are about no object.
func (e *environment) top() string { return path.Join(e.shown, kustomizationNames[0]) }

func (e *environment) add(f report.VerifiedFinding) { e.findings = append(e.findings, f) }

// has tells whether something breaks one of some rules.
func (e *environment) has(rules ...string) bool {
	return slices.ContainsFunc(e.findings, func(f report.VerifiedFinding) bool { return slices.Contains(rules, f.Rule) })
}

func (e *environment) objects() []manifest.Object {
	objects := make([]manifest.Object, len(e.files))
	for i, f := range e.files {
		objects[i] = f.Object
	}
	return objects
}

// place says of a finding which object it is about, and where.
func (e *environment) place(found *report.VerifiedFinding, id manifest.ID, at []string) {
	i := slices.IndexFunc(e.files, func(f file) bool { return f.ID == id })
	if i < 0 {
		found.File = e.top()
		if id != (manifest.ID{}) {
			found.Object = id.String()
		}
		return
	}
	e.files[i].place(found, at)
}

func (f file) place(found *report.VerifiedFinding, at []string) {
	position := f.root.Locate(at)
	found.Object, found.Field = f.String(), f.root.Display(at)
	found.File, found.Line, found.Column = f.shown, position.Line, position.Column
}
