// Package specdoc is the reference of the fields that a spec has. It is read
// from the comments of the spec's Go types, so that a field is described in one
// place: there. A page for docs/ and the answers of atticgen explain come from
// the same tree.
package specdoc

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Doc is the reference of one kind of spec.
type Doc struct {
	// Kind and APIVersion as they are written in a spec.
	Kind, APIVersion string
	// Description says what the kind is for.
	Description string
	// Fields are those of the whole document, in the order of the source.
	Fields []Field

	// blocks and values describe the types that fields have, by the name of
	// the Go type.
	blocks, values map[string]string
}

// Field is one field at one place in a spec.
type Field struct {
	// Name as it is written in a spec.
	Name string
	// Path from the top of the spec, as in spec.api.minReplicas. NAME stands
	// for a key that the user chooses, [] for any item of a list, as in
	// spec.caches.NAME.public and spec.tolerations[].key.
	Path string
	// Type in YAML's terms: text, number, true/false, quantity, duration,
	// number or percentage, block, or a list of or map of these.
	Type string
	// Required fields have no default.
	Required bool
	// Default is what holds when the field is left out, and why, without a full
	// stop at the end. It is empty for a required field, for a block whose
	// fields have their own defaults, and where DefaultAt says where to look.
	Default string
	// DefaultAt is the path of the block around the field that states the
	// default, for the fields of a block that is used in several places.
	DefaultAt string
	// Description says what the field means, without Default.
	Description string
	// Fields are those of the block, or of each block in a list or map.
	Fields []Field

	// block is the Go type of a block, shared when several fields have it, and
	// value that of a text with a form of its own.
	block, value string
	shared       bool
	// item is what follows Path before the fields of an item: [] in a list,
	// .NAME in a map.
	item string
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	var names []string
	for _, kind := range generators.Kinds() {
		names = append(names, kind.Kind)
	}
	slices.Sort(names)
	return names
}

// Kind returns the reference of a kind. Upper and lower case are the same. An
// unknown kind is a [diag.List] that says which kinds there are.
func Kind(name string) (Doc, error) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(kind string) bool { return strings.EqualFold(kind, name) })
	if i < 0 {
		unknown := diag.New("", "%s is not a kind", diag.Quote(name))
		unknown.Hint = "write one of " + strings.Join(kinds, ", ")
		return Doc{}, diag.List{unknown}
	}
	types, err := parse(v1alpha1.Source())
	if err != nil {
		return Doc{}, err
	}
	return types.document(kinds[i], v1alpha1.APIVersion)
}
