package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Folders that a killed run can leave beside the folder it worked on. A staged
// folder is safe to remove: it is a new tree that was not put in place, or an old
// one that was replaced. An aside folder exists while two folders swap names
// where that takes several steps, and can be all there is of the old tree.
const (
	stagedMark = ".atticgen-new-"
	asideMark  = ".atticgen-old-"
)

// sibling returns a path in the same parent, which only atticgen uses.
func (p place) sibling(mark, unique string) string {
	return filepath.Join(filepath.Dir(p.real), "."+filepath.Base(p.real)+mark+unique)
}

// leftovers is what killed runs left beside a folder.
type leftovers struct {
	staged, aside []string
}

func findLeftovers(d disk, at place) (leftovers, error) {
	var left leftovers
	list, err := d.readDir(filepath.Dir(at.real))
	if errors.Is(err, fs.ErrNotExist) {
		return left, nil
	}
	if err != nil {
		return left, explain(at.showParent(), "be read", err)
	}
	staged, aside := filepath.Base(at.sibling(stagedMark, "")), filepath.Base(at.sibling(asideMark, ""))
	for _, item := range list {
		path := filepath.Join(filepath.Dir(at.real), item.Name())
		switch {
		case !item.IsDir():
		case strings.HasPrefix(item.Name(), staged):
			left.staged = append(left.staged, path)
		case strings.HasPrefix(item.Name(), aside):
			left.aside = append(left.aside, path)
		}
	}
	return left, nil
}

// mend restores the folder and removes leftovers, unless another process is at
// work: then they are not leftovers.
func mend(d disk, at place) error {
	left, err := findLeftovers(d, at)
	if err != nil || len(left.staged)+len(left.aside) == 0 {
		return err
	}
	unlock, err := d.tryLock(filepath.Dir(at.real))
	if errors.Is(err, errBusy) && len(left.aside) == 0 {
		return nil
	}
	if err != nil {
		return explain(at.show("."), "be read", err)
	}
	defer unlock()
	if err := restore(d, at); err != nil {
		return err
	}
	// Reading goes well beside what cannot be removed; Commit will report it.
	_ = sweep(d, at)
	return nil
}

// restore moves the old folder back if a run was killed between moving it aside
// and moving the new one in. The caller holds the lock.
func restore(d disk, at place) error {
	_, err := d.lstat(at.real)
	if !errors.Is(err, fs.ErrNotExist) {
		return nil // It is there, or the scan says why it cannot be read.
	}
	left, err := findLeftovers(d, at)
	if err != nil || len(left.aside) == 0 {
		return err
	}
	if len(left.aside) > 1 {
		return fmt.Errorf("%s: is missing, and there are %d folders like %s that it could be restored from: rename the right one and remove the others",
			at.show("."), len(left.aside), at.showSibling(left.aside[0]))
	}
	if err := d.rename(left.aside[0], at.real); err != nil {
		return explain(at.show("."), "be restored from "+at.showSibling(left.aside[0]), err)
	}
	return nil
}

// sweep removes leftovers. The caller holds the lock and has called restore.
func sweep(d disk, at place) error {
	left, err := findLeftovers(d, at)
	if err != nil {
		return err
	}
	for _, path := range slices.Concat(left.staged, left.aside) {
		if err := discard(d, path); err != nil {
			return explain(at.showSibling(path), "be removed (it is left over from an interrupted run)", err)
		}
	}
	return nil
}

// discard removes a folder and what is in it. Folders in it that are read-only
// keep even their owner from doing so: then it tries again with another mode.
func discard(d disk, path string) error {
	if d.removeAll(path) == nil {
		return nil
	}
	_ = filepath.WalkDir(path, func(path string, item fs.DirEntry, _ error) error {
		if item != nil && item.IsDir() {
			_ = d.chmod(path, 0o700)
		}
		return nil
	})
	return d.removeAll(path)
}
