package tree

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Commit makes every planned folder what its plan says, or none of them. Plans
// without changes touch nothing.
//
// Each folder is built beside the old one and swapped with it when all are
// complete and on disk; files of others are carried over as hard links, or as
// copies where there are no links. New files have mode 0644 and new folders 0755,
// less the umask; existing folders keep theirs. Folders that pruning empties go.
//
// An error that begins with "nothing was written" means that all folders are as
// they were; one that begins with "not everything could be undone", that a second
// fault kept Commit from its promise. Both wrap the cause: [ErrChanged] if somebody
// else was faster, the error of ctx, which is heeded until the first folder is
// swapped, or that of the system. Any other error means that all is written and an
// old folder could not be removed.
func Commit(ctx context.Context, plans []*Plan) error {
	return commit(ctx, osDisk{}, plans)
}

func commit(ctx context.Context, d disk, plans []*Plan) error {
	tx := &transaction{disk: d}
	for _, p := range plans {
		if len(p.changes) > 0 {
			tx.jobs = append(tx.jobs, &job{Plan: p, staged: p.at.sibling(stagedMark, rand.Text())})
		}
	}
	if len(tx.jobs) == 0 {
		return nil
	}
	// Locks are taken in this order, so that two processes cannot each hold what
	// the other one waits for.
	slices.SortFunc(tx.jobs, func(a, b *job) int { return strings.Compare(a.at.real, b.at.real) })
	defer tx.unlock()
	if err := tx.run(ctx); err != nil {
		return tx.abort(err)
	}
	return tx.removeOld()
}

// transaction is one Commit: what it did so far, so that it can be undone.
type transaction struct {
	disk    disk
	jobs    []*job
	parents []string // folders made to hold the environments, outermost first
	locks   []lock
}

// job is one folder in a transaction.
type job struct {
	*Plan
	staged  string // the new tree, and after the swap the old one
	swapped bool
}

type lock struct {
	info   fs.FileInfo
	unlock func()
}

func (tx *transaction) run(ctx context.Context) error {
	if err := tx.checkPlaces(); err != nil {
		return err
	}
	steps := []func(context.Context, *job) error{
		tx.makeParents, tx.lock, tx.mend, tx.verify, tx.build,
		tx.verify, // Again: building took its time.
	}
	for _, step := range steps {
		if err := tx.each(ctx, step); err != nil {
			return err
		}
	}
	// From here on it is quicker to finish than to stop.
	ctx = context.WithoutCancel(ctx)
	if err := tx.each(ctx, tx.swap); err != nil {
		return err
	}
	return tx.each(ctx, tx.syncParent)
}

// each takes one step for every job, until one fails or ctx is done.
func (tx *transaction) each(ctx context.Context, step func(context.Context, *job) error) error {
	for _, j := range tx.jobs {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped: %w", err)
		}
		if err := step(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// checkPlaces refuses folders that cannot be replaced together, or without
// taking the ground from under the caller.
func (tx *transaction) checkPlaces() error {
	here, noHere := physical(".") // It may be removed, which is as good as outside.
	for i, j := range tx.jobs {
		if noHere == nil && j.at.holds(here) {
			return fmt.Errorf("%s: the working directory is in this folder, which is replaced as a whole: run again from outside of it", j.at.show("."))
		}
		for _, other := range tx.jobs[i+1:] {
			if j.at.holds(other.at.real) || other.at.holds(j.at.real) {
				return fmt.Errorf("%s: overlaps %s: give each environment a folder of its own", j.at.show("."), other.at.show("."))
			}
		}
	}
	return nil
}

func (tx *transaction) makeParents(_ context.Context, j *job) error {
	var missing []string
	for path := filepath.Dir(j.at.real); filepath.Dir(path) != path; path = filepath.Dir(path) {
		_, err := tx.disk.lstat(path)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return explain(j.at.showParent(), "be read", err)
		}
		missing = append(missing, path)
	}
	for _, path := range slices.Backward(missing) {
		err := tx.disk.mkdir(path)
		if errors.Is(err, fs.ErrExist) {
			continue // Another process made it.
		}
		if err == nil {
			tx.parents = append(tx.parents, path)
			err = tx.disk.syncDir(filepath.Dir(path))
		}
		if err != nil {
			return explain(j.at.showParent(), "be made", err)
		}
	}
	return nil
}

// lock locks the folder above, and waits until no other process has the lock.
func (tx *transaction) lock(ctx context.Context, j *job) error {
	parent := filepath.Dir(j.at.real)
	info, err := tx.disk.lstat(parent)
	if err != nil {
		return explain(j.at.showParent(), "be read", err)
	}
	if slices.ContainsFunc(tx.locks, func(l lock) bool { return os.SameFile(l.info, info) }) {
		return nil
	}
	for {
		unlock, err := tx.disk.tryLock(parent)
		if err == nil {
			tx.locks = append(tx.locks, lock{info: info, unlock: unlock})
			return nil
		}
		if !errors.Is(err, errBusy) {
			return explain(j.at.showParent(), "be locked", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %w", j.at.showParent(), errBusy, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (tx *transaction) unlock() {
	for _, l := range tx.locks {
		l.unlock()
	}
}

// mend does away with what killed runs left.
func (tx *transaction) mend(_ context.Context, j *job) error {
	if err := restore(tx.disk, j.at); err != nil {
		return err
	}
	return sweep(tx.disk, j.at)
}

// verify says whether the folder still is what the plan saw.
func (tx *transaction) verify(_ context.Context, j *job) error {
	now, err := scan(tx.disk, j.at)
	if err != nil {
		return err
	}
	all := maps.Clone(now)
	maps.Copy(all, j.before)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		was, before := j.before[path]
		is, after := now[path]
		if was != is || before != after {
			return fmt.Errorf("%s: %w", j.at.show(path), ErrChanged)
		}
	}
	return nil
}

func (tx *transaction) swap(_ context.Context, j *job) error {
	if err := j.swapFolders(tx.disk); err != nil {
		return explain(j.at.show("."), "be replaced", err)
	}
	j.swapped = true
	return nil
}

func (tx *transaction) syncParent(_ context.Context, j *job) error {
	if err := tx.disk.syncDir(filepath.Dir(j.at.real)); err != nil {
		return explain(j.at.showParent(), "be written", err)
	}
	return nil
}

// abort undoes everything and returns the error to report.
func (tx *transaction) abort(cause error) error {
	var stuck []error
	for _, j := range slices.Backward(tx.jobs) {
		if !j.swapped {
			continue
		}
		if err := j.unswapFolders(tx.disk); err != nil {
			stuck = append(stuck, explain(j.at.show("."), "be put back (it holds the new files)", err))
		}
	}
	whole := "nothing was written: "
	if len(stuck) > 0 || errors.Is(cause, errNotUndone) {
		whole = "not everything could be undone: "
	}
	for _, j := range tx.jobs {
		if err := discard(tx.disk, j.staged); err != nil {
			stuck = append(stuck, explain(j.at.showSibling(j.staged), "be removed (it is temporary)", err))
		}
	}
	for _, path := range slices.Backward(tx.parents) {
		_ = tx.disk.remove(path) // Another process may use it by now.
	}
	return fmt.Errorf("%s%w", whole, errors.Join(append([]error{cause}, stuck...)...))
}

// removeOld removes the old trees. The new ones are in place, whatever it says.
func (tx *transaction) removeOld() error {
	var stuck []error
	for _, j := range tx.jobs {
		if err := discard(tx.disk, j.staged); err != nil {
			stuck = append(stuck, explain(j.at.showSibling(j.staged), "be removed (everything is written; these are the old files)", err))
		}
	}
	return errors.Join(stuck...)
}
