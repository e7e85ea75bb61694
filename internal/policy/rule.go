package policy

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Rule is one thing that must hold for what an environment renders. Rules are
// named in output, in waivers and in the documentation by their ID, so an ID
// stays what it is.
type Rule struct {
	// ID is in lower case with hyphens, as in image-pinned.
	ID string
	// Title says in one line what must hold.
	Title string
	// Why says what goes wrong otherwise, and Fix what to change: clauses without
	// a capital and a full stop, which are put there where they are shown.
	Why, Fix string
	// Severity is diag.Error for what must not be merged, diag.Warning for what
	// a person should look at.
	Severity diag.Severity
	// Others are the other severities that findings can have, each with when: a
	// clause that begins with where.
	Others map[diag.Severity]string
	// Whole is set where the rule asks for other objects, so that an environment
	// of which a part cannot be read seems to break it.
	Whole bool
	// AtRender is set where the rule is held to at every render too, so that
	// what breaks it never becomes a file. Its Check must be quick.
	AtRender bool
	// Check finds what breaks the rule.
	Check func(Input) []Finding
}

// Input is what rules look at.
type Input struct {
	// Objects of one environment.
	Objects []manifest.Object
	// Kubernetes is the version that the environment runs on.
	Kubernetes KubernetesVersion
}

// KubernetesVersion is a minor version of Kubernetes, as in 1.37.
type KubernetesVersion struct{ Major, Minor int }

// Finding is one place that breaks a rule.
type Finding struct {
	// Object that breaks it; none if it is the environment as a whole.
	Object manifest.ID
	// Path of the field within the object: keys, and indexes as decimal
	// numbers. Empty means the object as a whole; the last keys may be missing
	// from the object, where the rule asks for a field.
	Path []string
	// Message says what is wrong; it reads on from the path, as in "is empty".
	Message string
	// Hint says what to write instead.
	Hint string
	// Severity is empty where it is the rule's. A render keeps to the rule's.
	Severity diag.Severity
	// Rendered is what a render says of it, which has no files yet to point
	// into: a clause that names the object, as in "renders Secret a/b twice".
	// Findings of rules that are not held to at render have none.
	Rendered string
}
