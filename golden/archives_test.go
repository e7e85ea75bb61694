package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

// TestArchives holds the packed charts of valid cases to their sources: what is in
// charts/NAME-VERSION.tgz can be read in source/NAME.
func TestArchives(t *testing.T) {
	found := 0
	for _, name := range cases(t) {
		sources := filepath.Join(name, "in", "source")
		if _, err := os.Stat(sources); err != nil || !valid(name) {
			continue
		}
		for _, chart := range list(t, sources) {
			archives, err := filepath.Glob(filepath.Join(name, "in", "charts", chart+"-*.tgz"))
			if err != nil || len(archives) != 1 {
				t.Fatalf("archives of %s: %v, %v", chart, archives, err)
			}
			archive, err := os.ReadFile(archives[0])
			if err != nil {
				t.Fatal(err)
			}
			files, err := helmchart.Unpack(archive)
			if err != nil {
				t.Fatal(err)
			}
			packed := map[string]string{}
			for _, file := range files {
				packed[file.Name] = string(file.Data)
			}
			if diff := cmp.Diff(read(t, filepath.Join(sources, chart)), packed); diff != "" {
				t.Errorf("%s (-source +archive):\n%s", archives[0], diff)
			}
			found++
		}
	}
	if found == 0 {
		t.Error("there are no archives")
	}
}
