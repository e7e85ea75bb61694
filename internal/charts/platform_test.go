package charts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/postgresoperator"
)

// TestPlatform: every chart of this repository's base/platform has an entry in its
// charts.lock.
func TestPlatform(t *testing.T) {
	root := filepath.Join("..", "..")
	refs, err := FromSpecs(root, map[string]func(v1alpha1.ChartRef) v1alpha1.ChartRef{
		v1alpha1.KindPostgresOperator: postgresoperator.CompleteRef,
	})
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(root, "charts.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if len(refs) < 6 {
		t.Errorf("only %d charts are named", len(refs))
	}
	for _, ref := range refs {
		entry := "name: " + ref.Name + "\n    repository: " + ref.Repository + "\n    version: " + ref.Version + "\n"
		if !strings.Contains(string(lock), entry) {
			t.Errorf("charts.lock has no entry for %+v", ref)
		}
	}
}

// TestPlatformValues: what objectives of latency and audits are promised holds.
func TestPlatformValues(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("..", "..", "base", "platform", "values", name))
		if err != nil {
			t.Fatal(err)
		}
		var values map[string]any
		if err := yaml.UnmarshalStrict(data, &values); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return string(data)
	}
	if !strings.Contains(read("traefik.yaml"), "buckets: 0.05,0.1,0.2,0.3,0.5,1,2,5,10,30,60\n") {
		t.Error("Traefik's buckets cannot measure 200ms, 500ms, 1s and 30s")
	}
	if loki := read("loki.yaml"); strings.Count(loki, "period: 90d\n") != 3 || !strings.Contains(loki, "retention_enabled: true\n") {
		t.Error("Loki does not keep audit logs for 90 days")
	}
}
