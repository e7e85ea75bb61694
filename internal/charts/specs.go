package charts

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// specFolders are where specs are, below the root.
var specFolders = []string{"base", "overlays"}

// ofAtticgen tells whether a text has a document for atticgen, without reading
// it as YAML: most files of a repository are something else.
var ofAtticgen = regexp.MustCompile(`(?m)^apiVersion: *["']?atticgen\.dev/`)

// named is what one document says about its chart.
type named struct {
	kind, name string
	inBase     bool
	ref        v1alpha1.ChartRef
}

// FromSpecs are the charts that specs below base and overlays of a folder name,
// sorted, each once. The documents are read as they stand: a patch in an overlay
// that changes only the version gets the rest from the document in base with its
// kind and name, and what that leaves out from what completes specs of its kind.
// Patches written inside a kustomization are not seen, nor specs that leave a
// chart to Flux or Argo CD.
func FromSpecs(root string, complete map[string]func(v1alpha1.ChartRef) v1alpha1.ChartRef) ([]v1alpha1.ChartRef, error) {
	d, err := openDisk(root)
	if err != nil {
		return nil, err
	}
	defer d.close()
	var found []named
	var diags diag.List
	for _, folder := range specFolders {
		documents, problems := d.documents(folder)
		diags = append(diags, problems...)
		for _, document := range documents {
			if n, ok := chartOf(document); ok {
				n.inBase = folder == specFolders[0]
				found = append(found, n)
			}
		}
	}
	if err := diags.Err(); err != nil {
		return nil, err
	}
	var refs []v1alpha1.ChartRef
	for _, n := range found {
		for _, other := range found {
			if other.inBase && other.kind == n.kind && other.name == n.name {
				n.ref = over(other.ref, n.ref)
			}
		}
		if f, ok := complete[n.kind]; ok {
			n.ref = f(n.ref)
		}
		if n.ref.Name != "" && n.ref.Version != "" && !slices.Contains(refs, n.ref) {
			refs = append(refs, n.ref)
		}
	}
	slices.SortStableFunc(refs, func(a, b v1alpha1.ChartRef) int { return compareEntries(entryOf(a), entryOf(b)) })
	return refs, nil
}

// over is a reference with what it leaves out taken from another.
func over(below, ref v1alpha1.ChartRef) v1alpha1.ChartRef {
	if ref.Name == "" {
		ref.Name = below.Name
	}
	if ref.Version == "" {
		ref.Version = below.Version
	}
	if ref.Repository == "" {
		ref.Repository, ref.Insecure = below.Repository, ref.Insecure || below.Insecure
	}
	return ref
}

// chartOf is the chart of a spec that may have one. A field with the wrong shape
// counts as left out: rendering reports it with its position.
func chartOf(document *load.Node) (named, bool) {
	kind := text(document.Get("kind"))
	if text(document.Get("apiVersion")) != v1alpha1.APIVersion || kind == "" {
		return named{}, false
	}
	spec := document.Get("spec")
	if delivery := text(spec.Get("delivery")); delivery != "" && delivery != "inflate" {
		return named{}, false
	}
	chart := spec.Get("chart")
	return named{kind: kind, name: text(document.Get("metadata").Get("name")), ref: v1alpha1.ChartRef{
		Repository: text(chart.Get("repository")),
		Name:       text(chart.Get("name")),
		Version:    text(chart.Get("version")),
		Insecure:   text(chart.Get("insecure")) == "true",
	}}, true
}

// documents are those for atticgen in the YAML files below a folder.
func (d *disk) documents(folder string) ([]*load.Node, diag.List) {
	var documents []*load.Node
	var diags diag.List
	err := fs.WalkDir(d.root.FS(), folder, func(rel string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return describe(d.show(rel), err, checkPath)
		case !entry.Type().IsRegular(), !slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(path.Ext(rel))):
			return nil
		}
		data, err := d.read(rel, load.MaxBytes)
		if err != nil {
			return err
		}
		if !ofAtticgen.Match(data) {
			return nil
		}
		nodes, problems := load.Parse(d.show(rel), data)
		diags = append(diags, problems...)
		documents = append(documents, nodes...)
		return nil
	})
	if err != nil {
		diags = append(diags, asList(err)...)
	}
	return documents, diags
}
