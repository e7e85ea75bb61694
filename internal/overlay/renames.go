package overlay

import (
	"path"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// renames are the fields by which a kustomization gives objects other names or
// selectors. Kustomize follows the references that it knows of; those inside
// custom resources, annotations and URLs it does not know, and policies would no
// longer let through whom they should.
var renames = []struct{ field, instead string }{
	{"namePrefix", "set metadata.name of the spec"},
	{"nameSuffix", "set metadata.name of the spec"},
	{"commonLabels", "set spec.labels, or labels without includeSelectors"},
}

// checkRenames reports what renames generated objects: in a kustomization that
// generates, in one that builds on such a one, and in a component.
func (r *Repo) checkRenames(read map[string]*kustomization, generated map[string][]manifest.Object) diag.List {
	var diags diag.List
	for dir, k := range read {
		objects := below(dir, read, generated, maxDepth)
		if kind := k.node.Get("kind"); kind != nil && kind.Value == "Component" {
			for _, more := range generated {
				objects = append(objects, more...)
			}
		}
		if len(objects) > 0 {
			diags = append(diags, renamesIn(k, objects)...)
		}
	}
	return diags
}

// below are the objects that are generated in a folder's kustomization or in one
// that it builds on.
func below(dir string, read map[string]*kustomization, generated map[string][]manifest.Object, depth int) []manifest.Object {
	k := read[dir]
	if k == nil || depth == 0 {
		return nil
	}
	objects := slices.Clone(generated[dir])
	for _, field := range []string{"resources", "bases"} {
		for _, item := range k.list(field) {
			objects = append(objects, below(path.Join(k.dir, item.Value), read, generated, depth-1)...)
		}
	}
	return objects
}

func renamesIn(k *kustomization, objects []manifest.Object) diag.List {
	var diags diag.List
	report := func(node *load.Node, field, instead string) {
		d := at(node, "sets %s, which does not reach names inside generated objects", field)
		d.Hint = "remove it and " + instead
		diags = append(diags, d)
	}
	for _, rename := range renames {
		if node := k.node.Get(rename.field); node != nil && node.Kind != load.Null && (node.Value != "" || len(node.Entries) > 0) {
			report(node, rename.field, rename.instead)
		}
	}
	if node := k.node.Get("namespace"); node != nil && node.Value != "" && moves(node.Value, objects) {
		report(node, "namespace "+diag.Quote(node.Value), "set it in the kustomization of the spec's folder, or metadata.namespace of the spec")
	}
	if node := k.node.Get("buildMetadata"); node != nil && len(node.Items) > 0 {
		d := at(node, "sets buildMetadata, which would name files that exist only in memory")
		d.Hint = "remove it"
		diags = append(diags, d)
	}
	for _, item := range k.list("labels") {
		if node := item.Get("includeSelectors"); node != nil && node.Value == "true" {
			report(node, "includeSelectors", "set spec.labels")
		}
	}
	return diags
}

// moves tells whether a namespace is another than that of some object.
func moves(namespace string, objects []manifest.Object) bool {
	for _, o := range objects {
		if o.Namespace != "" && o.Namespace != namespace {
			return true
		}
	}
	return false
}
