package cli

import (
	"os"
	"path/filepath"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// vanishing reports objects that hold data and that a plan would take from its
// environment: a controller that prunes would delete them, and the data with
// them. Plans are in the order of the environments.
func vanishing(plans []*tree.Plan, environments []policy.Environment) diag.List {
	var list diag.List
	for i, plan := range plans {
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
			if err != nil || !policy.Stateful(before.ID) {
				continue // a kustomization, or nothing to lose
			}
			if slices.ContainsFunc(environments[i].Objects, func(o manifest.Object) bool { return o.ID == before.ID }) {
				continue // filed elsewhere
			}
			d := diag.New(filepath.ToSlash(file), "would go, and a controller that prunes would delete %s with its data", before.ID)
			d.Hint = "name it in the overlay again, or render with --remove-data if it is to go"
			list = append(list, d)
		}
	}
	return list
}
