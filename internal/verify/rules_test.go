package verify

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/report"
)

// Rules say what a person needs, once.
func TestRules(t *testing.T) {
	id := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%q is no ID, or there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Why == "" || r.Fix == "" || r.Severity == "" {
			t.Errorf("%+v is not complete", r)
		}
		for _, text := range []string{r.Title, r.Why, r.Fix} {
			if strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q ends in a full stop, which is put there where it is shown", r.ID, text)
			}
		}
	}
	for _, id := range unwaivable() {
		if !slices.ContainsFunc(Rules(), func(r report.RuleInfo) bool { return r.ID == id }) {
			t.Errorf("%s is no rule", id)
		}
	}
}

// The types are those of the version that is tested with.
func TestTested(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(fmt.Sprintf(`(?m)^\tk8s.io/api v0\.%d\.`, Tested().Minor)).Match(text) {
		t.Errorf("go.mod has other types than those of %s", Version(Tested()))
	}
}
