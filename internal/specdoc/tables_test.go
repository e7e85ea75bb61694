package specdoc

import (
	"slices"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

const rotationText = `
TOKEN ROTATION SCHEDULE:
  Type        In the reference  Valid for  Rotated            By
  read-only   Read-Only Tokens  90d        14d before expiry  scheduled pipeline
  read-write  CI Tokens         90d        14d before expiry  scheduled pipeline
  service     Service Tokens    365d       30d before expiry  scheduled pipeline
  admin       Root Token        180d       30d before expiry  manual, on notice
`

// The rotation table is with the kind, its spec and the same block elsewhere, and
// with nothing else.
func TestTables(t *testing.T) {
	tests := map[string]bool{
		"tokenset .":             true,
		"tokenset spec":          true,
		"tokenset spec.tokens":   false,
		"atticcache .":           false,
		"atticcache spec":        false,
		"atticcache spec.tokens": true,
	}
	for path, want := range tests {
		kind, path, _ := strings.Cut(path, " ")
		doc, err := Kind(kind)
		if err != nil {
			t.Fatal(err)
		}
		text, err := doc.Text(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, rotationText) != want {
			t.Errorf("%s %s has the table: %v, want %v:\n%s", kind, path, !want, want, text)
		}
	}
	doc, err := Kind(v1alpha1.KindTokenSet)
	if err != nil {
		t.Fatal(err)
	}
	if row := "| admin | Root Token | 180d | 30d before expiry | manual, on notice |"; !strings.Contains(string(doc.Markdown()), row) {
		t.Errorf("the page lacks %q", row)
	}
}

func TestAmong(t *testing.T) {
	all := []string{"a", "b", "c", "d"}
	for want, some := range map[string][]string{"a": {"a"}, "a, b": {"a", "b"}, "all but b": {"a", "c", "d"}, "all": all} {
		if got := among(all, some); got != want {
			t.Errorf("%q: got %q, want %q", some, got, want)
		}
	}
}

// The comments of fields name the times of each type, too.
func TestCommentsNameTheTimesOfTypes(t *testing.T) {
	doc, err := Kind(v1alpha1.KindTokenSet)
	if err != nil {
		t.Fatal(err)
	}
	for path, of := range map[string]func(tokenset.Type) v1alpha1.Duration{
		"spec.tokens.NAME.validity":     func(t tokenset.Type) v1alpha1.Duration { return t.Validity },
		"spec.tokens.NAME.rotateBefore": func(t tokenset.Type) v1alpha1.Duration { return t.RotateBefore },
	} {
		f, err := doc.find(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := "by type, " + byType(of) + " "; !strings.HasPrefix(f.Default, want) {
			t.Errorf("%s: the default is %q, and the code says %q", path, f.Default, want)
		}
	}
	admin := tokenset.Types()[3]
	for path, want := range map[string]v1alpha1.Duration{"spec.rootToken.validity": admin.Validity, "spec.rootToken.rotateBefore": admin.RotateBefore} {
		if f, err := doc.find(path); err != nil || !strings.HasPrefix(f.Default, string(want)+" ") {
			t.Errorf("%s: the default is %q, and the code says %s; %v", path, f.Default, want, err)
		}
	}
}

// byType is as in "90d for read-only and read-write, 365d for service".
func byType(of func(tokenset.Type) v1alpha1.Duration) string {
	var values, parts []string
	names := map[string][]string{}
	for _, t := range tokenset.Types() {
		value := string(of(t))
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
		names[value] = append(names[value], t.Name)
	}
	for _, value := range values {
		parts = append(parts, value+" for "+strings.Join(names[value], " and "))
	}
	return strings.Join(parts, ", ")
}
