package cachename_test

import (
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/cachename"
)

// The first names of each list are those of Attic's own tests.
func TestForms(t *testing.T) {
	names := []string{"valid-name", "Another_Valid_Name", "plan9", "username+cache", "a", strings.Repeat("a", 50)}
	patterns := []string{"team-*", "no-wildcard", "*", "*-but-not-this", "a**b", strings.Repeat("*", 50)}
	neither := []string{
		"", "not a valid name", "-ers", "_cache", "+x", "*!", "a?", "a.b", "a/b", "a\n", "這", strings.Repeat("a", 51), strings.Repeat("*", 51),
	}
	for _, text := range names {
		if !cachename.IsName(text) || !cachename.IsPattern(text) || cachename.IsWildcard(text) {
			t.Errorf("%q is not taken for a name", text)
		}
	}
	for _, text := range patterns {
		if cachename.IsName(text) == cachename.IsWildcard(text) || !cachename.IsPattern(text) {
			t.Errorf("%q is not taken for a pattern", text)
		}
	}
	for _, text := range neither {
		if cachename.IsName(text) || cachename.IsPattern(text) {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestOverlap(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"team-*", "team-", true},
		{"team-*", "team-abc", true},
		{"team-*", "abc-team", false},
		{"no-wildcard", "no-wildcard", true},
		{"no-wildcard", "no-wildcard-xxx", false},
		{"no-wildcard", "xxx-no-wildcard", false},
		{"*", "literally-anything", true},
		{"*", "*", true},
		{"a*", "*b", true},
		{"a*", "b*", false},
		{"*a", "*b", false},
		{"a*c", "ab*", true},
		{"a*b*c", "abc", true},
		{"a*b*c", "acb", false},
		{"team-*-ci", "team-a*", true},
		{"Team-*", "team-*", false},
	}
	for _, tt := range tests {
		if got := cachename.Overlap(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: got %v", tt.a, tt.b, got)
		}
		if got := cachename.Overlap(tt.b, tt.a); got != tt.want {
			t.Errorf("%q and %q: got %v", tt.b, tt.a, got)
		}
	}
}
