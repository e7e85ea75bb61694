package bench_test

import (
	"os"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/bench"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	defer testbin.Cleanup()
	m.Run()
}

const root = "../.."

// TestRun runs the whole comparison once. It fails when kustomize or helm do
// not give the objects that atticgen gives, because Run does.
func TestRun(t *testing.T) {
	report, err := bench.Run(t.Context(), bench.Config{
		Root:         root,
		Atticgen:     testbin.Atticgen(t),
		Kustomize:    testbin.Kustomize(t),
		Helm:         os.Getenv("ATTICGEN_HELM"), // takes minutes to build
		Runs:         1,
		FunctionRuns: 1,
		Copies:       []int{3},
		Charts:       []int{2},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := 4
	if os.Getenv("ATTICGEN_HELM") != "" {
		rows++
	}
	for _, r := range report.Renderings {
		if r.Objects < r.Overlays || len(r.Rows) != rows {
			t.Errorf("%d overlays gave %d objects and %d rows, want at least an object each and %d rows", r.Overlays, r.Objects, len(r.Rows), rows)
		}
	}
	if os.Getenv("ATTICGEN_HELM") != "" {
		if got, want := report.Releasings[0].Objects, 2*61; got != want {
			t.Errorf("2 charts gave %d objects, want %d", got, want)
		}
	}
	if got := report.Renderings[len(report.Renderings)-1].Overlays; got != 3 {
		t.Errorf("rendered %d overlays, want the 3 copies", got)
	}
	if report.Function.OutputBytes <= report.Function.InputBytes {
		t.Errorf("the function made %d bytes of %d", report.Function.OutputBytes, report.Function.InputBytes)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"kustomize v5.", "3 overlays, ", "times as long as atticgen render", "At most 25 ms: "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not have %q:\n%s", want, text.String())
		}
	}
}

// TestRunRefuses holds the comparison to doing equal work: a kustomize that
// gives nothing is not measured.
func TestRunRefuses(t *testing.T) {
	c := bench.Config{Root: root, Atticgen: testbin.Atticgen(t), Runs: 1, FunctionRuns: 1}
	c.Kustomize = t.TempDir() + "/kustomize"
	if err := bench.BuildStandIn(t.Context(), root, c.Kustomize); err != nil {
		t.Fatal(err)
	}
	if _, err := bench.Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "gives 0 objects") {
		t.Errorf("got %v, want a complaint about 0 objects", err)
	}
	c.Kustomize = ""
	if _, err := bench.Run(t.Context(), c); err == nil {
		t.Error("no kustomize is no error")
	}
	if _, err := bench.Run(t.Context(), bench.Config{}); err == nil {
		t.Error("no runs are no error")
	}
}
