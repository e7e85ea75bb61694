package charts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Store hands out the charts and values files below one folder. It may be used
// from several goroutines at once.
type Store struct {
	disk *disk
	lock lock

	mutex sync.Mutex
	read  map[key]func() ([]helmchart.File, error)
}

var _ helmchart.Files = (*Store)(nil)

// Open is the store of a folder. A charts.lock that is not there is an error
// only once a chart is asked for; one that is wrong is an error here.
func Open(root string) (*Store, error) {
	d, err := openDisk(root)
	if err != nil {
		return nil, err
	}
	return openStore(d)
}

func openStore(d *disk) (*Store, error) {
	l, err := d.readLock()
	if err != nil {
		d.close()
		return nil, err
	}
	return &Store{disk: d, lock: l, read: map[key]func() ([]helmchart.File, error){}}, nil
}

// Close lets the folder go. A store that is not closed is closed when nothing
// refers to it any more.
func (s *Store) Close() error { return s.disk.root.Close() }

// Chart is the files of a chart, after its digest has been found to be the one
// in charts.lock. The content of files is shared: do not change it.
func (s *Store) Chart(ref v1alpha1.ChartRef) ([]helmchart.File, error) {
	k := entryOf(ref).key()
	s.mutex.Lock()
	read, ok := s.read[k]
	if !ok {
		// Several overlays use the same chart, at the same time.
		read = sync.OnceValues(func() ([]helmchart.File, error) { return s.chart(entryOf(ref)) })
		s.read[k] = read
	}
	s.mutex.Unlock()
	files, err := read()
	return slices.Clone(files), err
}

func (s *Store) chart(wanted Entry) ([]helmchart.File, error) {
	if list := unsound(wanted); list.HasErrors() {
		return nil, list
	}
	entry, ok := s.lock.find(wanted.key())
	if !ok {
		return nil, s.lock.absent(s.disk, wanted)
	}
	if entry.Digest == "" {
		d := s.lock.at(s.disk, entry, "has no digest for %s, so it is not pinned", entry)
		d.Hint = pullHint(entry)
		return nil, diag.List{d}
	}
	_, files, err := s.disk.open(entry)
	return files, err
}

// absent is the error about a chart that the lock does not have.
func (l lock) absent(d *disk, wanted Entry) diag.List {
	problem := diag.New(d.show(LockFile), "has no entry for %s", wanted.long())
	switch other := slices.IndexFunc(l.entries, func(e Entry) bool { return e.Name == wanted.Name }); {
	case l.missing:
		problem.Message = fmt.Sprintf("is not there, and %s must be pinned in it", wanted.long())
	case other >= 0:
		problem.Message += ", only for " + l.entries[other].long()
	}
	problem.Hint = pullHint(wanted)
	return diag.List{problem}
}

// at is a problem with an entry, where it is written.
func (l lock) at(d *disk, e Entry, message string, args ...any) diag.Diagnostic {
	problem := diag.New(d.show(LockFile), message, args...)
	i := slices.IndexFunc(l.entries, func(other Entry) bool { return other.key() == e.key() })
	if at, ok := l.positions.Find(fmt.Sprintf("charts[%d]", i)); ok && i >= 0 {
		problem.Line, problem.Column = at.Line, at.Column
	}
	return problem
}

func pullHint(e Entry) string { return "run atticgen chart pull " + e.Name }

// long names a chart with where it comes from.
func (e Entry) long() string {
	if e.own() {
		return e.String() + " in " + e.path()
	}
	return e.String() + " of " + e.Repository
}

// Values is the content of a values file. Symbolic links may lead to it, not out
// of the root.
func (s *Store) Values(path string) ([]byte, error) {
	const (
		limit = 1 << 20
		hint  = "write the path of a file below the folder with " + LockFile + ", as in base/platform/traefik-values.yaml"
	)
	local := filepath.FromSlash(path)
	if !filepath.IsLocal(local) {
		return nil, wrong(path, "is not below the folder with "+LockFile, hint)
	}
	info, err := s.disk.root.Stat(local)
	if err != nil {
		return nil, describe(s.disk.show(path), err, hint)
	}
	return s.disk.readFile(path, info, limit)
}

// Find is the nearest folder with a charts.lock, from dir upwards. It is where a
// function that kustomize runs in an overlay finds the charts.
func Find(dir string) (root string, ok bool) {
	for {
		info, err := os.Lstat(filepath.Join(dir, LockFile))
		if err == nil && info.Mode().IsRegular() {
			return dir, true
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", false
		}
		up := filepath.Join(dir, "..")
		if abs, err := filepath.Abs(dir); err != nil || filepath.Dir(abs) == abs {
			return "", false
		}
		dir = up
	}
}
