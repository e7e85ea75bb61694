package overlay

import (
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// maxDepth bounds how far kustomizations may refer to each other.
const maxDepth = 32

// generatorSpecs are the documents that one entry under generators leads to: a
// file, a folder with a kustomization of specs, or a document written inline.
func (r *Repo) generatorSpecs(k *kustomization, entry *load.Node) ([]*load.Node, diag.List) {
	if entry.Kind != load.Scalar {
		d := at(entry, "has a generator that is not a path")
		d.Hint = "write the path of a spec, or of a folder with a kustomization of specs"
		return nil, diag.List{d}
	}
	// Kustomize takes a whole document in the place of a path, and tries that
	// first.
	if nodes, diags := load.Parse(r.display(k.file), []byte(entry.Value)); !diags.HasErrors() && len(nodes) > 0 && nodes[0].Get("kind") != nil {
		return unplaced(nodes, r.display(k.file)), nil
	}
	rel, diags := k.local(entry)
	switch {
	case diags.HasErrors():
		return nil, diags
	case r.isDir(rel):
		return r.specFolder(rel, nil)
	case r.exists(rel):
		return r.parseBelow(k, entry, rel)
	}
	return nil, diag.List{missing(entry)}
}

// circle refuses a folder that leads to itself, or too far.
func (r *Repo) circle(dir string, above []string) diag.List {
	if !slices.Contains(above, dir) && len(above) < maxDepth {
		return nil
	}
	d := diag.New(r.display(dir), "refers to itself")
	d.Hint = "remove the circle from resources"
	return diag.List{d}
}

// specFolder merges the specs of a folder as its kustomization says: resources,
// and patches that name what they change. Any other kustomization is built by
// kustomize itself, at the price of positions.
func (r *Repo) specFolder(dir string, above []string) ([]*load.Node, diag.List) {
	if circle := r.circle(dir, above); circle != nil {
		return nil, circle
	}
	k, diags := r.kustomization(dir)
	if diags.HasErrors() {
		return nil, diags
	}
	dir = k.dir
	patches, simple, diags := r.specPatches(k)
	if diags.HasErrors() {
		return nil, diags
	}
	if !simple {
		return r.buildSpecs(k)
	}
	specs, diags := r.specResources(k, append(above, dir))
	if diags.HasErrors() {
		return nil, diags
	}
	for _, patch := range patches {
		i := slices.IndexFunc(specs, func(spec *load.Node) bool { return identify(spec) == identify(patch) })
		if i < 0 {
			diags = append(diags, unmatched(patch, specs))
			continue
		}
		if namespace(specs[i]) != namespace(patch) {
			return r.buildSpecs(k) // One of them leaves out "default".
		}
		specs[i] = load.Merge(specs[i], patch)
	}
	return specs, diags
}

func (r *Repo) specResources(k *kustomization, above []string) ([]*load.Node, diag.List) {
	var specs []*load.Node
	var diags diag.List
	for _, item := range k.list("resources") {
		rel, problems := k.local(item)
		var more []*load.Node
		switch {
		case problems.HasErrors():
		case r.isDir(rel):
			more, problems = r.specFolder(rel, above)
		default:
			more, problems = r.parseBelow(k, item, rel)
		}
		diags = append(diags, problems...)
		for _, spec := range more {
			if slices.ContainsFunc(specs, func(s *load.Node) bool { return identify(s) == identify(spec) }) {
				d := at(spec, "has %s, which an earlier resource has too", identify(spec))
				d.Hint = "give it another name, or remove one of them"
				diags = append(diags, d)
			}
			specs = append(specs, spec)
		}
	}
	return specs, diags
}

// specPatches reads patches that name what they change; simple is false when
// the kustomization has anything else that changes specs.
func (r *Repo) specPatches(k *kustomization) (patches []*load.Node, simple bool, diags diag.List) {
	if !k.hasOnly("resources", "patches") {
		return nil, false, nil
	}
	for _, item := range k.list("patches") {
		if item.Kind != load.Map || len(item.Entries) != 1 || item.Entries[0].Value.Kind != load.Scalar {
			return nil, false, nil
		}
		var nodes []*load.Node
		var problems diag.List
		switch text := item.Entries[0].Value; item.Entries[0].Key {
		case "path":
			var rel string
			rel, problems = k.local(text)
			switch {
			case problems.HasErrors():
			case !r.exists(rel):
				problems = diag.List{missing(text)}
			default:
				nodes, problems = r.parseBelow(k, text, rel)
			}
		case "patch":
			nodes, problems = load.Parse(text.File, []byte(text.Value))
			nodes = unplaced(nodes, text.File)
		default:
			return nil, false, nil
		}
		diags = append(diags, problems...)
		for _, node := range nodes {
			// Neither a list of JSON patch operations nor what is to become of a
			// whole spec can be merged.
			if node.Kind != load.Map || node.Get("kind") == nil || node.Get("$patch") != nil {
				return nil, false, diags
			}
			patches = append(patches, node)
		}
	}
	return patches, true, diags
}

// identity is what kustomize matches a patch by.
type identity struct{ apiVersion, kind, namespace, name string }

func (id identity) String() string {
	name := id.name
	if id.namespace != defaultNamespace {
		name = id.namespace + "/" + name
	}
	return id.kind + " " + diag.Escape(name)
}

// defaultNamespace is what kustomize takes a missing namespace for.
const defaultNamespace = "default"

func identify(node *load.Node) identity {
	id := identity{
		apiVersion: text(node.Get("apiVersion")),
		kind:       text(node.Get("kind")),
		namespace:  namespace(node),
		name:       text(node.Get("metadata").Get("name")),
	}
	if id.namespace == "" {
		id.namespace = defaultNamespace
	}
	return id
}

// namespace is what a document says its namespace is.
func namespace(node *load.Node) string { return text(node.Get("metadata").Get("namespace")) }

func text(node *load.Node) string {
	if node == nil {
		return ""
	}
	return node.Value
}

func unmatched(patch *load.Node, specs []*load.Node) diag.Diagnostic {
	d := at(patch, "patches %s, which is not among the resources", identify(patch))
	d.Hint = "write the apiVersion, kind, name and namespace of the spec in the base"
	if len(specs) == 1 {
		d.Hint += ", " + identify(specs[0]).String()
		if identify(specs[0]).namespace == defaultNamespace {
			d.Hint += " without a namespace"
		}
	}
	return d
}

// unplaced takes the positions off documents that have none in a file of their
// own.
func unplaced(nodes []*load.Node, file string) []*load.Node {
	var unplace func(node *load.Node)
	unplace = func(node *load.Node) {
		node.File, node.Line, node.Column = file, 0, 0
		for i := range node.Entries {
			node.Entries[i].KeyLine, node.Entries[i].KeyColumn = 0, 0
			unplace(node.Entries[i].Value)
		}
		for _, item := range node.Items {
			unplace(item)
		}
	}
	for _, node := range nodes {
		unplace(node)
	}
	return nodes
}
