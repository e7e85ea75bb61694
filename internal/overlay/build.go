package overlay

import (
	"fmt"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// Options of a build.
type Options struct {
	// Kustomize builds through the kustomize API even where the overlay does
	// not need it, so that tests can hold both ways to the same bytes.
	Kustomize bool
}

// Build renders one overlay, a path below the repository, into objects in the
// order of [manifest.Sort]. With errors among the diagnostics there are no
// objects.
func (r *Repo) Build(overlay string, o Options) ([]manifest.Object, diag.List) {
	k, diags := r.kustomization(overlay)
	if diags.HasErrors() {
		return nil, diags
	}
	var objects []manifest.Object
	var specs []*load.Node
	fast := r.fast(k) && !o.Kustomize
	if fast {
		var made generation
		made, diags = r.generate(k)
		fast = len(made.rest) == 0 || diags.HasErrors()
		objects, specs = made.objects, made.specs
	}
	if !fast {
		objects, diags = r.buildObjects(k)
		if !diags.HasErrors() {
			specs, _ = r.Specs(overlay) // What is wrong with them has been said.
		}
	}
	if !diags.HasErrors() {
		diags = append(diags, policy.Check(r.display(k.file), objects)...)
		diags = append(diags, r.keys(overlay, specs)...)
		for _, p := range r.promised(overlay, specs, objects) {
			diags = append(diags, p.Problem)
		}
	}
	diags = append(diags, r.unnamed(k)...)
	for i, d := range diags {
		if d.File != "" && !strings.HasPrefix(d.File, r.display(overlay)+"/") {
			diags[i].Message += " (in " + overlay + ")"
		}
	}
	if diags.HasErrors() {
		return nil, diags.Sorted()
	}
	manifest.Sort(objects)
	return objects, diags.Sorted()
}

// fast tells whether the overlay asks kustomize for nothing but to run
// generators.
func (r *Repo) fast(k *kustomization) bool { return k.hasOnly("generators") }

// generation is what the generators of a kustomization give.
type generation struct {
	specs   []*load.Node
	objects []manifest.Object
	// rest are entries that lead to other generators than atticgen's.
	rest []string
}

// generate turns the specs that a kustomization names as generators into
// objects.
func (r *Repo) generate(k *kustomization) (made generation, diags diag.List) {
	for _, entry := range k.list("generators") {
		specs, problems := r.generatorSpecs(k, entry)
		diags = append(diags, problems...)
		if problems.HasErrors() {
			continue
		}
		ours := 0
		for _, spec := range specs {
			if expand.IsSpec(spec) {
				ours++
			}
		}
		switch {
		case len(specs) == 0:
			d := at(entry, "names %s, which has no spec", diag.Quote(entry.Value))
			d.Hint = "write a spec there, or remove the line"
			diags = append(diags, d)
		case ours == 0 && specs[0].Get("kind") != nil && specs[0].Get("apiVersion") != nil:
			made.rest = append(made.rest, entry.Value)
		default:
			made.specs = append(made.specs, specs...)
			for _, spec := range specs {
				rendered, problems := expand.Spec(spec, r.inputs)
				diags = append(diags, problems...)
				diags = append(diags, functionMissing(spec)...)
				made.objects = append(made.objects, rendered...)
			}
		}
	}
	return made, diags
}

// functionAnnotation tells kustomize which function to run for a spec.
const functionAnnotation = "config.kubernetes.io/function"

// functionMissing warns about a spec that renders here and would not in
// kustomize.
func functionMissing(spec *load.Node) diag.List {
	metadata := spec.Get("metadata")
	if !expand.IsSpec(spec) || metadata.Get("annotations").Get(functionAnnotation) != nil {
		return nil
	}
	d := diag.Diagnostic{
		File:     spec.File,
		Path:     "metadata.annotations",
		Severity: diag.Warning,
		Message:  fmt.Sprintf("has no %s, so kustomize build will not know what to run", functionAnnotation),
		Hint:     "add it with the value \"exec: {path: atticgen}\"",
	}
	if metadata != nil {
		d.Line, d.Column = metadata.Line, metadata.Column
	}
	return diag.List{d}
}
