package golden_test

import (
	"path"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// networks are the files of want/network: for each environment, who may reach whom,
// computed from the files that a cluster gets.
func networks(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	environments := map[string][]manifest.Object{}
	for name, data := range files {
		rest, rendered := strings.CutPrefix(name, "environments/")
		if !rendered || path.Base(name) == "kustomization.yaml" {
			continue
		}
		o, err := manifest.FromYAML([]byte(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		environment, _, _ := strings.Cut(rest, "/")
		environments[environment] = append(environments[environment], o)
	}
	tables := map[string]string{}
	for name, objects := range environments {
		tables["network/"+name+".md"] = connectivity.Matrix(objects).Markdown("Who may reach whom")
	}
	return tables
}
