// Package cachename is what Attic takes for the name of a cache, and for a
// pattern of names in a token. It follows attic/src/cache.rs of the server.
package cachename

import (
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// What to write for each, for the hints of messages.
const (
	NameHint    = "use at most 50 letters, digits, -, _ and +, starting with a letter or digit"
	PatternHint = NameHint + "; * anywhere stands for any characters"
)

var (
	name    = validate.NewForm(`[A-Za-z0-9][A-Za-z0-9_+-]*`, 50)
	pattern = validate.NewForm(`[A-Za-z0-9*][A-Za-z0-9_+*-]*`, 50)
)

// IsName tells whether Attic takes a text for the name of a cache.
func IsName(text string) bool { return name.Matches(text) }

// IsPattern tells whether Attic takes a text for a pattern in a token. Every
// name is also a pattern.
func IsPattern(text string) bool { return pattern.Matches(text) }

// IsWildcard tells whether a pattern can match more than one name.
func IsWildcard(text string) bool { return strings.Contains(text, "*") }

// Overlap tells whether some name matches both patterns. With a name for one of
// them, it tells whether that name matches the other.
func Overlap(a, b string) bool {
	// fits[j] is whether a[i:] and b[j:] overlap, for one i after the other from
	// the end.
	fits := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		next := fits
		fits = make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			inA, inB := i < len(a), j < len(b)
			switch {
			case !inA && !inB:
				fits[j] = true
			case inA && a[i] == '*':
				fits[j] = next[j] || inB && fits[j+1]
			case inB && b[j] == '*':
				fits[j] = fits[j+1] || inA && next[j]
			default:
				fits[j] = inA && inB && a[i] == b[j] && next[j+1]
			}
		}
	}
	return fits[0]
}
