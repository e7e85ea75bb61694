package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"syscall"
)

// build writes the complete new tree beside the old one.
func (tx *transaction) build(ctx context.Context, j *job) error {
	folders := j.folders()
	for _, rel := range folders {
		if err := tx.disk.mkdir(in(j.staged, rel)); err != nil {
			return explain(j.at.show(rel), "be written", err)
		}
	}
	kept := slices.Concat(j.foreign, slices.Collect(maps.Keys(j.files)))
	slices.Sort(kept)
	for _, rel := range kept {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped: %w", err)
		}
		err := tx.place(j, rel)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", j.at.show(rel), ErrChanged)
		}
		if err != nil {
			return explain(j.at.show(rel), "be written", err)
		}
	}
	// Inner folders first: an outer one may become read-only.
	for _, rel := range slices.Backward(folders) {
		if err := tx.finishFolder(j, rel); err != nil {
			return explain(j.at.show(rel), "be written", err)
		}
	}
	return nil
}

// folders returns the folders of the new tree, outer ones first: those that hold
// a file, and those that were empty before and so are somebody else's.
func (j *job) folders() []string {
	used := map[string]bool{}
	use := func(rel string) {
		for ; rel != "."; rel = path.Dir(rel) {
			used[rel] = true
		}
	}
	for rel := range j.files {
		use(path.Dir(rel))
	}
	for _, rel := range j.foreign {
		use(path.Dir(rel))
	}
	full := map[string]bool{}
	for rel := range j.before {
		full[path.Dir(rel)] = true
	}
	taken := names{}
	for rel := range j.files {
		taken.claim(rel)
	}
	for rel, e := range j.before {
		if e.mode.IsDir() && !full[rel] {
			if _, clash := taken.clash(rel); !clash {
				use(rel)
			}
		}
	}
	delete(used, ".")
	return append([]string{"."}, slices.Sorted(maps.Keys(used))...)
}

// place puts one file into the new tree: written if its content is new, carried
// over if not.
func (tx *transaction) place(j *job, rel string) error {
	from, to := in(j.at.real, rel), in(j.staged, rel)
	old := j.before[rel]
	if data, rendered := j.files[rel]; rendered && !old.same(data) {
		return tx.disk.writeFile(to, data)
	}
	if old.mode.Type() == fs.ModeSymlink {
		return tx.disk.symlink(old.target, to)
	}
	err := tx.disk.link(from, to)
	if err == nil || errors.Is(err, syscall.EXDEV) {
		// EXDEV is a mount point that the scan could not see. A copy would do,
		// but then removing the old folder would empty what is mounted there.
		return err
	}
	return tx.disk.copyFile(from, to)
}

// finishFolder gives a folder the mode it had, because somebody may have made it
// private, and puts it on disk.
func (tx *transaction) finishFolder(j *job, rel string) error {
	if old := j.before[rel]; old.mode.IsDir() {
		if err := tx.disk.chmod(in(j.staged, rel), old.mode&modeBits); err != nil {
			return err
		}
	}
	return tx.disk.syncDir(in(j.staged, rel))
}
