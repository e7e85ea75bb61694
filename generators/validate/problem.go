// Package validate holds what checks of specs have in common: the problem a
// check reports, the list that collects them, and the checks of single values.
// Every check reports instead of stopping, so that a person sees all that is
// wrong at once.
package validate

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Problem is one thing wrong with a spec, or something to know about it.
type Problem struct {
	// Path of the field, as in spec.api.minReplicas or spec.caches[main].
	Path string
	// Message says what is wrong, starting with a verb.
	Message string
	// Hint says what to write instead; empty when the message does.
	Hint string
	// Severity says whether the spec is let through. The zero value refuses it.
	Severity Severity
}

// Severity is how much a problem matters.
type Severity int

const (
	// Error refuses the spec.
	Error Severity = iota
	// Warning lets it through; it will probably be regretted.
	Warning
	// Note lets it through; whoever reviews it should know.
	Note
)

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
	p.list = append(p.list, Problem{Path: path.String(), Message: message, Hint: hint, Severity: Warning})
}

// Note reports something that is as the spec wants it and that a reviewer should
// know, such as hardening that was given up.
func (p *Problems) Note(path *field.Path, message, hint string) {
	p.list = append(p.list, Problem{Path: path.String(), Message: message, Hint: hint, Severity: Note})
}

// List is what was found, in the order of the checks.
func (p *Problems) List() []Problem { return p.list }

// HasErrors tells whether anything was found that refuses the spec.
func HasErrors(list []Problem) bool {
	for _, p := range list {
		if p.Severity == Error {
			return true
		}
	}
	return false
}

// Errors is the error form of problems that include at least one error.
type Errors []Problem

// Error lists the problems, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Path + ": " + p.Message
		if p.Hint != "" {
			lines[i] += "; " + p.Hint
		}
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

// Generated is what a spec with its defaults filled in gives, if there is nothing
// wrong with it: problems beside objects are warnings and notes, and with errors
// among them there are no objects.
func Generated[S, O any](full S, check func(S) []Problem, objects func(S) []O) ([]O, []Problem) {
	problems := check(full)
	if HasErrors(problems) {
		return nil, problems
	}
	return objects(full), problems
}
