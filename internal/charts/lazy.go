package charts

import (
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
// upwards, opened when something is asked for.
func Around(dir string) helmchart.Files {
	return lazy(sync.OnceValues(func() (*Store, error) {
		root, ok := Find(dir)
		if !ok {
			d := diag.New(LockFile, "is neither here nor in a folder above")
			d.Hint = "run atticgen chart pull in the folder with base and overlays"
			return nil, diag.List{d}
		}
		return Open(root)
	}))
}

type lazy func() (*Store, error)

func (open lazy) Chart(ref v1alpha1.ChartRef) ([]helmchart.File, error) {
	store, err := open()
	if err != nil {
		return nil, err
	}
	return store.Chart(ref)
}

func (open lazy) Values(path string) ([]byte, error) {
	store, err := open()
	if err != nil {
		return nil, err
	}
	return store.Values(path)
}
