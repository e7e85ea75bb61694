package charts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func TestVerify(t *testing.T) {
	good, other := packed(t, "good", "1.0.0", nil), packed(t, "other", "1.0.0", nil)
	const repository = "https://example.com"
	within(t, map[string]string{
		"charts.lock": lockOf(
			Entry{"good", repository, "1.0.0", sum(good)}, Entry{"later", repository, "1.0.0", ""}, Entry{"gone", repository, "1.0.0", someDigest},
			Entry{"changed", repository, "1.0.0", someDigest}, Entry{"misnamed", repository, "1.0.0", sum(other)}),
		"charts/good-1.0.0.tgz": string(good), "charts/changed-1.0.0.tgz": "x", "charts/misnamed-1.0.0.tgz": string(other),
		"charts/stray-1.0.0.tgz": "x", "charts/stray/x": "", "charts/README.md": "", "charts/.gitignore": "",
	})
	outcomes, diags := Verify(".", []v1alpha1.ChartRef{
		{Name: "good", Version: "1.0.0", Repository: repository}, {Name: "good", Version: "1.1.0", Repository: repository}, {Name: "a b", Version: "1.0.0"},
	})
	want := []string{"changed 1.0.0 wrong", "gone 1.0.0 wrong", "good 1.0.0 up to date", "later 1.0.0 not pulled", "misnamed 1.0.0 wrong"}
	if diff := cmp.Diff(want, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	wantError(t, diags, "HOST", `error: chart.name: is "a b", which is not the name of a chart; use lower-case letters, digits, hyphens, underscores and single dots, starting and ending with a letter or digit
charts.lock: error: has no entry for good 1.1.0 of https://example.com, only for good 1.0.0 of https://example.com; run atticgen chart pull good
charts/changed-1.0.0.tgz: error: has the digest `+sum([]byte("x"))+`, charts.lock pins `+someDigest+`: a chart never changes under the same version; restore the file, or raise the version
charts/gone-1.0.0.tgz: error: is not there; commit it, or run atticgen chart pull gone
charts/misnamed-1.0.0.tgz: error: is the chart other 1.0.0, not misnamed 1.0.0; write its name and version where the chart is named, or take the right chart
charts/stray: warning: is in no entry of charts.lock; remove it, or name it in a spec and run atticgen chart pull
charts/stray-1.0.0.tgz: warning: is in no entry of charts.lock; remove it, or name it in a spec and run atticgen chart pull`)

	within(t, nil)
	if outcomes, diags := Verify(".", nil); outcomes != nil || diags != nil {
		t.Errorf("a folder with nothing: %v, %v", outcomes, diags)
	}
}
