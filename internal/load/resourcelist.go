package load

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// MaxResourceListBytes is how long a text ResourceList reads, in bytes: it
// holds every resource of a kustomization.
const MaxResourceListBytes = 4 << 20

// ResourceList reads the input of a KRM function, at most MaxResourceListBytes
// of it: exactly one ResourceList with a functionConfig and a list of resources
// and nothing unknown beside them. file is the name that diagnostics about the
// list itself carry.
//
// What kustomize hands over says nothing about the file that it came from, so
// functionConfig and all below it have no file and no position. In the items,
// which are other people's, plain text is taken as it is; anchors, aliases,
// tags and duplicate keys are refused as everywhere. When there are errors, the
// nodes are nil.
func ResourceList(file string, data []byte) (functionConfig *Node, items []*Node, diags diag.List) {
	documents, diags := parse(file, data, MaxResourceListBytes)
	if diags != nil {
		return nil, nil, diags
	}
	if len(documents) != 1 {
		d := diag.New(file, "has %d documents", len(documents))
		d.Hint = "a KRM function reads exactly one ResourceList"
		return nil, nil, diag.List{d}
	}
	list := documents[0]
	d := decoder{}
	if d.wants(list, "", Map) {
		d.resourceList(list)
	}
	if d.diags.HasErrors() {
		return nil, nil, d.diags
	}
	functionConfig = list.Get("functionConfig")
	forgetPlaces(functionConfig)
	return functionConfig, list.Get("items").Items, nil
}

var resourceListFields = fields{
	{name: "apiVersion"}, {name: "kind"}, {name: "metadata"}, {name: "items"}, {name: "functionConfig"}, {name: "results"},
}

func (d *decoder) resourceList(list *Node) {
	for _, e := range list.Entries {
		if _, ok := resourceListFields.find(e.Key); !ok {
			d.reportKey(e, diag.Cut(e.Key), "is not a field of a ResourceList", resourceListFields.suggest(e.Key))
		}
	}
	d.oneOf(list, "apiVersion", "config.kubernetes.io/v1", "config.kubernetes.io/v1beta1", "config.kubernetes.io/v1alpha1")
	d.oneOf(list, "kind", "ResourceList")
	d.required(list, "functionConfig", Map)
	if !d.required(list, "items", List) {
		return
	}
	for i, item := range list.Get("items").Items {
		path := fmt.Sprintf("items[%d]", i)
		if !d.wants(item, path, Map) {
			continue
		}
		for _, name := range []string{"apiVersion", "kind"} {
			if value := item.Get(name); value == nil || value.Kind != Scalar || value.Value == "" {
				d.report(cmp.Or(value, item), path+"."+name, "must be text", "every resource has apiVersion and kind")
			}
		}
	}
}

// required checks that a top-level field is there and has the right shape.
func (d *decoder) required(list *Node, name string, kind Kind) bool {
	value := list.Get(name)
	if value == nil {
		d.report(list, name, "is missing", "a ResourceList for this function needs it")
		return false
	}
	return d.wants(value, name, kind)
}

func (d *decoder) oneOf(list *Node, name string, allowed ...string) {
	if !d.required(list, name, Scalar) {
		return
	}
	value := list.Get(name)
	if !slices.Contains(allowed, value.Value) {
		d.report(value, name, "is "+diag.Quote(value.Value), "write "+strings.Join(allowed, " or "))
	}
}

// forgetPlaces removes the positions in the ResourceList, which mean nothing to
// the people who wrote the spec.
func forgetPlaces(n *Node) {
	n.File, n.Line, n.Column = "", 0, 0
	for i := range n.Entries {
		n.Entries[i].KeyLine, n.Entries[i].KeyColumn = 0, 0
		forgetPlaces(n.Entries[i].Value)
	}
	for _, item := range n.Items {
		forgetPlaces(item)
	}
}
