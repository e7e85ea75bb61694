package docs_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

var fenced = regexp.MustCompile("(?ms)^```(yaml|json)\n(.*?)^```$")

// TestTokensPage holds the example and the plan on the page to each other.
func TestTokensPage(t *testing.T) {
	blocks := map[string]string{}
	for _, block := range fenced.FindAllStringSubmatch(contents(t, "tokens.md"), -1) {
		blocks[block[1]] = block[2]
	}
	nodes, diags := load.Parse("tokens.md", []byte(blocks["yaml"]))
	if diags.HasErrors() || len(nodes) != 1 {
		t.Fatal(diags)
	}
	if _, diags := expand.Spec(nodes[0], generators.Inputs{}); diags.HasErrors() {
		t.Fatal(diags)
	}
	var spec v1alpha1.TokenSet
	if _, diags := load.Decode(nodes[0], &spec); diags.HasErrors() {
		t.Fatal(diags)
	}
	full := tokenset.Default(spec)
	plan := tokenset.PlanOf(naming.Set{Name: full.Metadata.Name}, full.Spec.TokenSetSpec)
	var shown tokenset.Plan
	if err := json.Unmarshal([]byte(blocks["json"]), &shown); err != nil {
		t.Fatal(err)
	}
	for name, token := range shown.Tokens {
		if diff := cmp.Diff(plan.Tokens[name], token); diff != "" {
			t.Errorf("docs/tokens.md shows another plan for %s than its example gives (-given +shown):\n%s", name, diff)
		}
	}
	if len(shown.Tokens) == 0 {
		t.Error("docs/tokens.md shows no plan")
	}
}
