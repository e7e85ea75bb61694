package charts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// At is the store of a folder, opened when something is asked for: most specs
// name no charts, and nothing is read for those.
func At(root string) helmchart.Files {
	return lazy(sync.OnceValues(func() (*Store, error) { return Open(root) }))
}

// Around is the store of the nearest folder with a charts.lock, from dir
// upwards, opened when something is asked for. Its messages name files below that
// folder, not the way up to it.
func Around(dir string) helmchart.Files {
	return lazy(sync.OnceValues(func() (*Store, error) {
		root, ok := Find(dir)
		if !ok {
			return nil, wrong(LockFile, "is neither here nor in a folder above", "run atticgen chart pull in the folder with base and overlays")
		}
		d, err := openDisk(root)
		if err != nil {
			return nil, err
		}
		d.given = "."
		return openStore(d)
	}))
}

type lazy func() (*Store, error)

func (open lazy) Chart(ref v1alpha1.ChartRef) ([]helmchart.File, error) {
	store, err := open()
	if err != nil {
		return nil, toldOf("", err)
	}
	files, err := store.Chart(ref)
	return files, toldOf("", err)
}

func (open lazy) Values(path string) ([]byte, error) {
	store, err := open()
	if err != nil {
		return nil, toldOf(path, err)
	}
	data, err := store.Values(path)
	return data, toldOf(store.disk.show(path), err)
}

// toldOf is an error as a spec's problems have it, each diagnostic by itself: the
// spec's position and severity come before it. What is about the file that was
// asked for does not name it again.
func toldOf(asked string, err error) error {
	if err == nil {
		return nil
	}
	var all []error
	for _, d := range asList(err).Sorted() {
		all = append(all, &helmchart.FileError{Message: retold(asked, d), Hint: d.Hint})
	}
	return errors.Join(all...)
}

func retold(asked string, d diag.Diagnostic) string {
	if asked != "" && d.File == asked {
		return d.Message
	}
	place := d.File
	if d.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d:", d.File, d.Line, d.Column)
	}
	words := slices.DeleteFunc([]string{place, d.Path, d.Message}, func(word string) bool { return word == "" })
	return "cannot be had: " + strings.Join(words, " ")
}
