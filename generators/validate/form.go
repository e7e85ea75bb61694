package validate

import (
	"regexp"
	"sync"
)

// Form is what a text must look like: a regular expression and, apart from it, a
// length. Counted repetitions make regular expressions large, and none is
// compiled before it is needed; both count in a process that lives for
// milliseconds.
type Form struct {
	longest int
	compile func() *regexp.Regexp
}

// NewForm is a form whose whole text matches the expression and has at most
// longest bytes.
func NewForm(expression string, longest int) Form {
	return Form{longest: longest, compile: sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("^(?:" + expression + ")$")
	})}
}

// Matches tells whether a text has the form.
func (f Form) Matches(text string) bool {
	return len(text) <= f.longest && f.compile().MatchString(text)
}
