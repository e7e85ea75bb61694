package scanners_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"
)

// accepted is a finding that stays, or several of one kind.
type accepted struct {
	Scanner string `json:"scanner"`
	Check   string `json:"check"`
	// Objects are patterns of what the finding is about, as kind/namespace/name.
	Objects []string `json:"objects"`
	// In are the environments; all, if there are none.
	In []string `json:"in,omitempty"`
	// Asks is what the scanner wants.
	Asks string `json:"asks"`
	// Because is why it does not get that.
	Because string `json:"because"`
}

func readAccepted(t *testing.T) []accepted {
	t.Helper()
	data, err := os.ReadFile("accepted.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []accepted
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		t.Fatal(err)
	}
	for i, a := range all {
		if a.Scanner == "" || a.Check == "" || len(a.Objects) == 0 || a.Asks == "" || a.Because == "" {
			t.Errorf("accepted.yaml: item %d (%s %s) leaves a field out", i+1, a.Scanner, a.Check)
		}
	}
	return all
}

// judge returns what is wrong with findings: those that nobody has accepted, and
// what is accepted though nothing finds it any more.
func judge(findings []finding, list []accepted) []string {
	var wrong []string
	expected := make([]bool, len(findings))
	for _, a := range list {
		for _, pattern := range a.Objects {
			found := false
			for i, f := range findings {
				if a.covers(f, pattern) {
					expected[i], found = true, true
				}
			}
			if !found {
				wrong = append(wrong, fmt.Sprintf("%s no longer says %s of %s: take it off accepted.yaml", a.Scanner, a.Check, pattern))
			}
		}
	}
	for i, f := range findings {
		if !expected[i] {
			wrong = append(wrong, f.String())
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

func (a accepted) covers(f finding, pattern string) bool {
	return a.Scanner == f.scanner && a.Check == f.check && matches(pattern, f.object) &&
		(len(a.In) == 0 || slices.ContainsFunc(a.In, func(in string) bool { return matches(in, f.environment) }))
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
