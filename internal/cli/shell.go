package cli

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// shellQuoted is a word as a shell takes it.
func shellQuoted(word string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./@%+:,-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(diag.Escape(word), "'", `'\''`) + "'"
}

// has tells whether a list has a word.
func has(list []string, word string) bool { return slices.Contains(list, word) }
