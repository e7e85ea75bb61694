package tree

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// mostRead bounds each file of a folder that is read as a whole.
const mostRead = 4 << 20

// Folder is a folder that belongs to its user and to atticgen together, read as a
// whole: nothing in it begins with [Header] for a reason, and what is not changed
// stays. Make one with [Read].
type Folder struct {
	at     place
	before snapshot
	files  map[string][]byte
}

// Read reads every file of the folder dir, which need not exist. It refuses what
// [NewPlan] refuses, and files of more than 4 MiB. Symlinks stay as they are and
// are not followed.
func Read(dir string) (*Folder, error) {
	at, err := locate(dir)
	if err != nil {
		return nil, err
	}
	at.whole = true
	d := osDisk{}
	if err := mend(d, at); err != nil {
		return nil, err
	}
	before, err := scan(d, at)
	if err != nil {
		return nil, err
	}
	f := &Folder{at: at, before: before, files: map[string][]byte{}}
	for _, rel := range slices.Sorted(maps.Keys(before)) {
		if !before[rel].owned {
			continue
		}
		data, _, err := d.readOwned(in(at.real, rel), true)
		switch {
		case err != nil:
			return nil, explain(at.show(rel), "be read", err)
		case sha256.Sum256(data) != before[rel].sum:
			return nil, fmt.Errorf("%s: %w", at.show(rel), ErrChanged)
		}
		f.files[rel] = data
	}
	return f, nil
}

// Files are the files as they were read, by slash-separated path. The map is the
// caller's own; the contents must not be changed.
func (f *Folder) Files() map[string][]byte { return maps.Clone(f.files) }

// Plan says what makes the folder hold these files and no others, besides its
// symlinks. [Commit] refuses it with [ErrChanged] if anything in the folder is not
// what [Read] read.
func (f *Folder) Plan(files map[string][]byte) (*Plan, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: nothing to write: the folder would be empty", f.at.show("."))
	}
	taken := names{}
	for _, rel := range slices.Sorted(maps.Keys(files)) {
		if err := checkPath(rel); err != nil {
			return nil, err
		}
		if other, clash := taken.clash(rel); clash {
			return nil, fmt.Errorf("file %s: takes the place of the %s %s, on some machines if not on all: rename one of them", quote(rel), other.kind(), quote(other.path))
		}
		taken.claim(rel)
	}
	for rel, found := range f.before {
		if found.mode.Type() == fs.ModeSymlink {
			if other, clash := taken.clash(rel); clash {
				return nil, (&Plan{at: f.at, before: f.before}).obstacle(rel, other)
			}
		}
	}
	p := &Plan{at: f.at, files: maps.Clone(files), before: f.before}
	return p, p.compare(taken)
}
