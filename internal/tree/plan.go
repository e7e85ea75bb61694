package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// ChangeKind is what happens to a file.
type ChangeKind int

// The kinds of change.
const (
	Added   ChangeKind = iota + 1 // the file is new
	Changed                       // the file has other content
	Removed                       // the file is ours and no longer rendered
)

// String returns the kind in lower case.
func (k ChangeKind) String() string {
	switch k {
	case Added:
		return "added"
	case Changed:
		return "changed"
	case Removed:
		return "removed"
	}
	return "unknown"
}

// Change is one file that a [Plan] would add, change or remove. Path is relative
// to the folder and separated by slashes. That of a removed file comes from disk
// and can hold any character: quote it before it meets a terminal.
type Change struct {
	Path string
	Kind ChangeKind
}

// Plan says how a folder on disk differs from a [Tree]. It is what the two were
// when [NewPlan] made it, and does not change. Hand it to [Commit].
type Plan struct {
	at        place
	files     map[string][]byte
	before    snapshot
	changes   []Change
	unchanged int
	foreign   []string
}

// Dir returns the folder as it was named to [NewPlan], without slashes at its end.
func (p *Plan) Dir() string { return p.at.given }

// Changes returns the files that [Commit] adds, changes and removes, sorted by
// path. It is empty if there is nothing to do.
func (p *Plan) Changes() []Change { return slices.Clone(p.changes) }

// Count returns how many changes are of a kind.
func (p *Plan) Count(kind ChangeKind) int {
	n := 0
	for _, c := range p.changes {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// Unchanged returns how many files are on disk as they are in the tree.
func (p *Plan) Unchanged() int { return p.unchanged }

// Foreign returns the files and symlinks in the folder that are not ours and are
// left alone, sorted by path. Their names come from disk and can hold any
// character: quote them before they meet a terminal.
func (p *Plan) Foreign() []string { return slices.Clone(p.foreign) }

// NewPlan compares the folder dir, which need not exist, with a tree. It writes
// nothing, except to mend what a killed run left beside dir.
//
// It is an error if the tree is empty; if dir is a symlink or a file (parents may
// be symlinks); if a file or symlink that is not ours is where a rendered file or
// folder must be; or if the folder holds something unreadable, a special file or
// a mount point.
func NewPlan(dir string, t *Tree) (*Plan, error) {
	return newPlan(osDisk{}, dir, t)
}

func newPlan(d disk, dir string, t *Tree) (*Plan, error) {
	at, err := locate(dir)
	if err != nil {
		return nil, err
	}
	if t == nil || len(t.files) == 0 {
		return nil, fmt.Errorf("%s: nothing to write: an empty render would delete the environment", at.show("."))
	}
	if err := mend(d, at); err != nil {
		return nil, err
	}
	before, err := scan(d, at)
	if err != nil {
		return nil, err
	}
	p := &Plan{at: at, files: maps.Clone(t.files), before: before}
	if err := p.compare(t.names); err != nil {
		return nil, err
	}
	return p, nil
}

// compare fills in what is to be done. It reports every file in the way.
func (p *Plan) compare(taken names) error {
	var inTheWay []error
	for _, path := range slices.Sorted(maps.Keys(p.before)) {
		found := p.before[path]
		data, rendered := p.files[path]
		switch {
		case found.mode.IsDir():
		case found.owned && !rendered:
			p.changes = append(p.changes, Change{Path: path, Kind: Removed})
		case found.owned && found.same(data):
			p.unchanged++
		case found.owned:
			p.changes = append(p.changes, Change{Path: path, Kind: Changed})
		default:
			p.foreign = append(p.foreign, path)
			if other, clash := taken.clash(path); clash {
				inTheWay = append(inTheWay, p.obstacle(path, other))
			}
		}
	}
	for path := range p.files {
		if !p.before[path].owned {
			p.changes = append(p.changes, Change{Path: path, Kind: Added})
		}
	}
	slices.SortFunc(p.changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return errors.Join(inTheWay...)
}

// obstacle says that what somebody else put at path must go, or be ours, before
// the claimed file or folder can be written.
func (p *Plan) obstacle(path string, other claim) error {
	is := fmt.Sprintf("does not begin with %q, so it is not atticgen's,", Header)
	if p.before[path].mode.Type() == fs.ModeSymlink {
		is = "is a symlink, which atticgen does not follow,"
	}
	return fmt.Errorf("%s: %s and is in the way of the rendered %s %s: move it, or remove it if atticgen should own it",
		p.at.show(path), is, other.kind(), p.at.show(other.path))
}
