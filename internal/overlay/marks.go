package overlay

import (
	"maps"
	"reflect"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// mark is an annotation with which generated objects go through kustomize, so
// that they are known again whatever they are called by then.
const mark = "atticgen.dev/generated-as"

// marked are copies of objects that carry their identity.
func marked(objects []manifest.Object) []manifest.Object {
	out := make([]manifest.Object, len(objects))
	for i, o := range objects {
		metadata, _ := o.Fields["metadata"].(map[string]any)
		annotations, _ := metadata["annotations"].(map[string]any)
		metadata, annotations = maps.Clone(metadata), maps.Clone(annotations)
		if annotations == nil {
			annotations = map[string]any{}
		}
		annotations[mark] = o.Group + "/" + o.String()
		metadata["annotations"] = annotations
		out[i] = o
		out[i].Fields = maps.Clone(o.Fields)
		out[i].Fields["metadata"] = metadata
	}
	return out
}

// checkMarked takes the marks off what kustomize has built and reports generated
// objects that it gave other names or selectors. References to them stand in
// custom resources, annotations and URLs that kustomize does not know, and
// selectors must go on selecting what they are for. It tells, too, what hardening
// was taken from them. What was deleted is gone because somebody said so.
func checkMarked(source string, built []manifest.Object, generated map[string][]manifest.Object) diag.List {
	before := map[string]manifest.Object{}
	for _, objects := range generated {
		for _, o := range objects {
			before[o.Group+"/"+o.String()] = o
		}
	}
	var diags diag.List
	for _, o := range built {
		was, ok := before[takeMark(o)]
		if !ok {
			continue
		}
		switch {
		case was.ID != o.ID:
			d := diag.New(source, "makes %s of %s, and other objects go on using the old name", o.ID, was.ID)
			d.Hint = "set metadata.name or metadata.namespace of the spec instead"
			diags = append(diags, d)
		case !sameSelectors(was, o):
			d := diag.New(source, "gives %s other selectors, so that it no longer goes with its pods", o.ID)
			d.Hint = "set spec.labels, or labels without includeSelectors and fields"
			diags = append(diags, d)
		default:
			diags = append(diags, loosened(source, was, o)...)
		}
	}
	return diags
}

// takeMark removes the mark from an object and returns it.
func takeMark(o manifest.Object) string {
	metadata, _ := o.Fields["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	id, _ := annotations[mark].(string)
	delete(annotations, mark)
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	return id
}

// sameSelectors compares what an object selects, and what its pods are selected
// by.
func sameSelectors(a, b manifest.Object) bool {
	for _, path := range [][]string{
		{"spec", "selector"},
		{"spec", "podSelector"},
		{"spec", "template", "metadata", "labels", naming.LabelName},
		{"spec", "template", "metadata", "labels", naming.LabelInstance},
	} {
		if !reflect.DeepEqual(manifest.Lookup(a.Fields, path...), manifest.Lookup(b.Fields, path...)) {
			return false
		}
	}
	return true
}
