package helmchart

import (
	"regexp"
	"testing"
)

// FuzzSeparator holds the separator to the expression that Helm splits by.
func FuzzSeparator(f *testing.F) {
	for _, text := range []string{
		"", "---", "--- ", "---\na: 1", "a: 1\n---\nb: 2", "a: 1 \t\n\r\n\f\n---\n\n b: 2", "a: 1\v\n---\vb: 2",
		"a---\n--\n ---\n", "\n---", " ---\n---\n", "---\n---\n", "a: |\n  ---\n-----\n", "\u00a0\n---\u00a0",
	} {
		f.Add(text)
	}
	helms := regexp.MustCompile(`(?:^|\s*\n)---\s*`)
	f.Fuzz(func(t *testing.T, text string) {
		want := helms.FindStringIndex(text)
		begin, end, found := separator(text)
		if found != (want != nil) || found && (begin != want[0] || end != want[1]) {
			t.Errorf("%q: got %d to %d, %v, want %v", text, begin, end, found, want)
		}
	})
}
