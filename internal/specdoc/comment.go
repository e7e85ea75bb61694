package specdoc

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words by which comments say what holds when a field is left out.
const (
	defaultMark  = "Default: "
	requiredMark = "Required."
	none         = "none"
	notWanted    = "not wanted"
)

// split takes a comment apart: what the field means, its default and whether
// it is required.
func split(comment string) (description, fallback string, required bool) {
	if rest, ok := strings.CutSuffix(comment, requiredMark); ok {
		return strings.TrimSpace(rest), "", true
	}
	description, fallback, _ = strings.Cut(comment, defaultMark)
	return strings.TrimSpace(description), strings.TrimSuffix(fallback, "."), false
}

// withoutReason is a default without the reason in parentheses at its end.
func withoutReason(fallback string) string {
	before, _ := cutReason(fallback)
	return before
}

// cutReason parts a default from the reason in parentheses at its end.
func cutReason(fallback string) (before, reason string) {
	if i := strings.LastIndex(fallback, " ("); i >= 0 && strings.HasSuffix(fallback, ")") {
		return fallback[:i], fallback[i+1:]
	}
	return fallback, ""
}

// lead makes a Go comment one that reads without Go: "MinReplicas is the lower
// bound" becomes "The lower bound", and where another verb follows, the name
// becomes the one in YAML.
func lead(name, yaml, comment string) string {
	rest, ok := strings.CutPrefix(comment, name+" ")
	if !ok {
		return comment
	}
	for _, verb := range []string{"is ", "are "} {
		if after, ok := strings.CutPrefix(rest, verb); ok {
			return capitalize(after)
		}
	}
	if strings.ToLower(yaml) == yaml {
		return comment // The name is an ordinary word, as in "Caches to create".
	}
	return yaml + " " + rest
}

func capitalize(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// clause is the beginning of a text that can stand alone, up to a full stop,
// semicolon or colon.
func clause(text string) string {
	text = sentence(text)
	for _, end := range []string{"; ", ": "} {
		text, _, _ = strings.Cut(text, end)
	}
	return text
}

// sentence is the first sentence of a text, without its full stop.
func sentence(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	for i := range len(text) - 2 {
		if text[i] != '.' || text[i+1] != ' ' {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(text[i+2:]); unicode.IsUpper(next) {
			return text[:i]
		}
	}
	return strings.TrimSuffix(text, ".")
}
