package cli

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// vanishing reports objects that hold data, and Secrets that are read, and that a
// plan would take from its environment: a controller that prunes would delete them,
// and the data with them. Plans are in the order of the environments.
func vanishing(plans []*tree.Plan, environments []policy.Environment) diag.List {
	var list diag.List
	for i, plan := range plans {
		objects := environments[i].Objects
		for _, change := range plan.Changes() {
			if change.Kind != tree.Removed {
				continue
			}
			file := filepath.Join(plan.Dir(), filepath.FromSlash(change.Path))
			data, err := os.ReadFile(file)
			if err != nil {
				continue // Commit will say so.
			}
			before, err := manifest.FromYAML(data)
			if err != nil && filepath.Base(file) != "kustomization.yaml" {
				d := diag.New(filepath.ToSlash(file), "would go, and cannot be read to see whether data goes with it")
				d.Hint = "restore it from Git, or render with --remove-data"
				list = append(list, d)
				continue
			}
			if err != nil || slices.ContainsFunc(objects, func(o manifest.Object) bool { return o.ID == before.ID }) {
				continue // a kustomization, or filed elsewhere
			}
			if policy.Stateful(before.ID) {
				d := diag.New(filepath.ToSlash(file), "would go, and a controller that prunes would delete %s with its data", before.ID)
				d.Hint = "name it in the overlay again, or render with --remove-data if it is to go"
				list = append(list, d)
			} else if reader, read := readerOf(before, objects); read {
				d := diag.New(filepath.ToSlash(file), "would go, and %s reads the Secret that a controller that prunes would delete", reader)
				d.Hint = "name it, or the folder secrets, under resources of the overlay again, or render with --remove-data if the cluster has it from elsewhere"
				list = append(list, d)
			}
		}
	}
	return list
}

// readerOf is what still reads the Secret that an object is or becomes, where
// nothing else brings that.
func readerOf(gone manifest.Object, objects []manifest.Object) (manifest.ID, bool) {
	if !strings.HasSuffix(gone.Kind, "Secret") {
		return manifest.ID{}, false
	}
	left := policy.Left(objects)
	byName := func(a, b manifest.ID) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	}
	for _, secret := range slices.SortedFunc(maps.Keys(left), byName) {
		if policy.Makes(gone, secret) {
			return left[secret], true
		}
	}
	return manifest.ID{}, false
}
