// Package validate holds what checks of specs have in common: the problem a
// check reports, the list that collects them, and the checks of single values.
// Every check reports instead of stopping, so that a person sees all that is
// wrong at once.
package validate

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Problem is one thing wrong with a spec, or, as a warning, one thing that will
// probably be regretted.
type Problem struct {
	// Path of the field, as in spec.api.minReplicas or spec.caches[main].
	Path string
	// Message says what is wrong, starting with a verb.
	Message string
	// Hint says what to write instead.
	Hint string
	// Warning lets the spec through.
	Warning bool
}

// Problems collects what checks find.
type Problems struct {
	list []Problem
}

// Add reports an error at a field.
func (p *Problems) Add(path *field.Path, message, hint string) {
	p.list = append(p.list, Problem{Path: path.String(), Message: message, Hint: hint})
}

// Warn reports a warning at a field.
func (p *Problems) Warn(path *field.Path, message, hint string) {
	p.list = append(p.list, Problem{Path: path.String(), Message: message, Hint: hint, Warning: true})
}

// List is what was found, in the order of the checks.
func (p *Problems) List() []Problem { return p.list }

// HasErrors tells whether anything but warnings was found.
func HasErrors(list []Problem) bool {
	for _, p := range list {
		if !p.Warning {
			return true
		}
	}
	return false
}

// Error is the error form of problems that include at least one error.
type Error []Problem

// Error lists the problems, one a line.
func (e Error) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = fmt.Sprintf("%s: %s; %s", p.Path, p.Message, p.Hint)
	}
	return strings.Join(lines, "\n")
}

// maxQuoted is how much of a bad value a message repeats, in characters.
const maxQuoted = 60

// Quote repeats a value in a message: on one line, with everything escaped that
// cannot be seen, cut when long.
func Quote(s string) string {
	if r := []rune(s); len(r) > maxQuoted {
		return strconv.Quote(string(r[:maxQuoted])) + "…"
	}
	return strconv.Quote(s)
}
