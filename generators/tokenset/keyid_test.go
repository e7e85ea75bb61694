package tokenset

import (
	"encoding/base64"
	"strings"
	"testing"
)

const testKeyID = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" // The example of RFC 7638.

func TestHeaderSegment(t *testing.T) {
	header, err := base64.RawURLEncoding.DecodeString(HeaderSegment(testKeyID))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"alg":"RS256","kid":"` + testKeyID + `","typ":"JWT"}`; string(header) != want {
		t.Errorf("%s, want %s", header, want)
	}
}

func TestIsKeyID(t *testing.T) {
	for id, want := range map[string]bool{
		testKeyID:                 true,
		"":                        false,
		testKeyID + "=":           false,
		testKeyID + "\n":          false,
		testKeyID[:42]:            false,
		testKeyID + "A":           false,
		testKeyID[:42] + "t":      false, // Bits beyond the digest are set.
		testKeyID[:42] + "+":      false,
		testKeyID[:42] + "`":      false,
		strings.Repeat("0", 64):   false,
		strings.Repeat("\r", 200): false,
	} {
		if got := IsKeyID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
