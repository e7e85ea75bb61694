package overlay

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// Specs are the specs that an overlay, a path below the repository, renders: base
// and patches merged, each value with its position. Nothing is generated, and
// resources need not be there yet, so that what makes them can ask what they are
// to be.
func (r *Repo) Specs(overlay string) ([]*load.Node, diag.List) {
	specs, diags := r.specsBelow(overlay, nil)
	if diags.HasErrors() {
		return nil, diags.Sorted()
	}
	return specs, diags.Sorted()
}

func (r *Repo) specsBelow(dir string, above []string) ([]*load.Node, diag.List) {
	if circle := r.circle(dir, above); circle != nil {
		return nil, circle
	}
	k, diags := r.readKustomization(dir)
	if diags.HasErrors() {
		return nil, diags
	}
	var specs []*load.Node
	for _, entry := range k.list("generators") {
		found, problems := r.generatorSpecs(k, entry)
		diags = append(diags, problems...)
		for _, spec := range found {
			if expand.IsSpec(spec) {
				specs = append(specs, spec)
			}
		}
	}
	// Kustomizations below have generators of their own.
	for _, field := range []string{"resources", "components", "bases"} {
		for _, item := range k.list(field) {
			rel, problems := k.local(item)
			if problems.HasErrors() || item.Kind != load.Scalar || len(r.kustomizationFiles(rel)) == 0 {
				continue // Rendering says what is wrong with it.
			}
			found, problems := r.specsBelow(rel, append(above, k.dir))
			diags = append(diags, problems...)
			specs = append(specs, found...)
		}
	}
	return specs, diags
}
