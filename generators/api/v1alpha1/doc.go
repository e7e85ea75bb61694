// Package v1alpha1 holds the specs that people write: the types, their
// documentation and nothing else. Defaults are applied and values are checked
// by the package that generates from the spec, so that both are read in one
// place beside the objects they shape.
//
// Compatibility: a field is never removed or given another meaning within
// v1alpha1; new fields are optional and default to the behaviour before them.
//
// Conventions. Quantities, durations and percentages are strings, checked when
// the spec is read, so that a bad one is reported at its line. Collections that
// an overlay adjusts item by item are maps keyed by name, because kustomize
// merges maps and replaces lists. An absent optional block means its default,
// or, where the field says so, "not wanted".
//
// The comments are the field reference (docs/spec, atticgen explain): they
// end in "Required." or in "Default:", what holds when the field is left out
// and, in parentheses, why. A block leaves that to its fields, and the fields
// of a block with several uses leave it to the block.
package v1alpha1

// APIVersion is the apiVersion of every spec in this package.
const APIVersion = "atticgen.dev/v1alpha1"

// KindAtticCache is the kind of [AtticCache].
const KindAtticCache = "AtticCache"
