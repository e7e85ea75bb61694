package charts

import (
	"context"
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// Newest is a chart of the lock and the newest version that its repository has.
type Newest struct {
	Entry
	// Newest version; empty if the repository could not be asked.
	Newest string
	// Outdated says that it is newer than the entry's.
	Outdated bool
}

// Outdated asks the repositories of all charts in the lock for their newest
// versions. Versions before a release count only for a chart that is locked at
// one. refs say which repositories may be reached over http. A repository that
// cannot be asked does not keep the others from it; the error, an [*Error], is
// there besides the result.
func Outdated(ctx context.Context, root string, refs []v1alpha1.ChartRef, remote Remote) ([]Newest, error) {
	d, err := openDisk(root)
	if err != nil {
		return nil, failed(err)
	}
	defer d.close()
	l, err := d.readLock()
	if err == nil && l.missing {
		err = wrong(d.show(LockFile), "is not there", "run atticgen chart pull, or name the folder with "+LockFile+" with --root")
	}
	if err != nil {
		return nil, failed(err)
	}
	// Specs whose charts are not locked yet have nothing to compare.
	locked := slices.DeleteFunc(slices.Clone(refs), func(ref v1alpha1.ChartRef) bool {
		_, ok := l.find(entryOf(ref).key())
		return !ok
	})
	list, err := choose(d, l, locked, nil)
	if err == nil {
		err = remote.oneHost(list)
	}
	if err != nil {
		return nil, failed(err)
	}
	s := newSource(remote)
	var found []Newest
	var problems problems
	for _, w := range list {
		if w.own() {
			continue
		}
		s.Progress("asking for " + w.Name + " at " + w.Repository)
		n := Newest{Entry: w.Entry}
		versions, err := s.versions(ctx, w)
		if err == nil {
			n.Newest, n.Outdated, err = newest(w, versions)
		}
		if err != nil {
			problems.add(w, err)
		}
		found = append(found, n)
		if ctx.Err() != nil {
			break
		}
	}
	return found, problems.err()
}

// newest is the newest of the versions of a chart. What is no version is passed
// over.
func newest(w wanted, versions []string) (newest string, newer bool, err error) {
	have, err := semver.NewVersion(w.Version)
	if err != nil {
		return "", false, err
	}
	var best *semver.Version
	for _, text := range versions {
		v, err := semver.NewVersion(text)
		if err != nil || v.Prerelease() != "" && have.Prerelease() == "" {
			continue
		}
		if best == nil || v.GreaterThan(best) {
			best = v
		}
	}
	if best == nil {
		return "", false, fmt.Errorf("%s: it has no released version of %s", w.Repository, w.Name)
	}
	return best.Original(), best.GreaterThan(have), nil
}
