// Package expand turns one spec, read with positions, into rendered objects. It
// is the one path that the command line and the KRM function share.
package expand

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// IsSpec tells whether a document is for atticgen, whether or not it is right.
func IsSpec(node *load.Node) bool {
	apiVersion := node.Get("apiVersion")
	return apiVersion != nil && strings.HasPrefix(apiVersion.Value, "atticgen.dev/")
}

// Spec turns a spec into objects. The inputs are what it may refer to. With errors among the diagnostics there are
// no objects.
func Spec(node *load.Node, in generators.Inputs) ([]manifest.Object, diag.List) {
	kind, d, ok := find(node)
	if !ok {
		return nil, diag.List{d}
	}
	spec := kind.New()
	positions, unread := load.Decode(node, spec)
	objects, problems := kind.Generate(spec, in)
	// What could be read is checked too, so that a person sees everything that
	// is wrong at once.
	diags := slices.Clone(unread)
	for _, p := range problems {
		if !slices.ContainsFunc(unread, func(d diag.Diagnostic) bool { return related(d.Path, p.Path) }) {
			diags = append(diags, at(positions, p))
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	rendered := make([]manifest.Object, 0, len(objects))
	for _, o := range objects {
		r, err := manifest.FromTyped(o)
		if err != nil {
			return nil, append(diags, diag.New(node.File, "%v", err))
		}
		rendered = append(rendered, r)
	}
	return rendered, diags
}

// related tells whether one path is the other or leads to it, so that a field
// that could not be read is not called missing as well.
func related(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	rest, below := strings.CutPrefix(b, a)
	return below && (a == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// at finds where a problem's field is written.
func at(positions load.Positions, p generators.Problem) diag.Diagnostic {
	d := diag.Diagnostic{Path: p.Path, Severity: diag.Error, Message: p.Message, Hint: p.Hint}
	switch p.Severity {
	case validate.Warning:
		d.Severity = diag.Warning
	case validate.Note:
		d.Severity = diag.Note
	case validate.Error:
	}
	if position, ok := positions.Find(p.Path); ok {
		d.File, d.Line, d.Column = position.File, position.Line, position.Column
	}
	return d
}

func find(node *load.Node) (generators.Kind, diag.Diagnostic, bool) {
	complain := func(field, format string, args ...any) (generators.Kind, diag.Diagnostic, bool) {
		d := diag.New(node.File, format, args...)
		d.Line, d.Column = node.Line, node.Column
		if value := node.Get(field); value != nil {
			d.Line, d.Column = value.Line, value.Column
		}
		d.Path = field
		d.Hint = "write " + known()
		return generators.Kind{}, d, false
	}
	if node.Kind != load.Map {
		d := diag.New(node.File, "is not a spec")
		d.Line, d.Column, d.Hint = node.Line, node.Column, "write "+known()
		return generators.Kind{}, d, false
	}
	apiVersion, name := node.Get("apiVersion"), node.Get("kind")
	switch {
	case apiVersion == nil || apiVersion.Value == "":
		return complain("apiVersion", "is missing")
	case name == nil || name.Value == "":
		return complain("kind", "is missing")
	}
	kind, ok := generators.Find(apiVersion.Value, name.Value)
	if ok {
		return kind, diag.Diagnostic{}, true
	}
	for _, k := range generators.Kinds() {
		if k.APIVersion == apiVersion.Value {
			return complain("kind", "is %.60q, which atticgen does not know", name.Value)
		}
	}
	return complain("apiVersion", "is %.60q, which atticgen does not know", apiVersion.Value)
}

// known is what a spec can begin with: each version with its kinds.
func known() string {
	var versions []string
	kinds := map[string][]string{}
	for _, k := range generators.Kinds() {
		if kinds[k.APIVersion] == nil {
			versions = append(versions, k.APIVersion)
		}
		kinds[k.APIVersion] = append(kinds[k.APIVersion], k.Kind)
	}
	for i, version := range versions {
		names := kinds[version]
		last := len(names) - 1
		if last > 0 {
			names = []string{strings.Join(names[:last], ", "), names[last]}
		}
		versions[i] = "apiVersion: " + version + " with kind: " + strings.Join(names, " or ")
	}
	return strings.Join(versions, ", or ")
}
