package golden_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSample holds the cases that are named after this repository's overlays to
// what they are copies of, so that what users copy is what the tests hold still.
func TestSample(t *testing.T) {
	overlays := list(t, filepath.Join("..", "overlays"))
	if len(overlays) == 0 {
		t.Fatal("there are no overlays")
	}
	for _, name := range overlays {
		t.Run(name, func(t *testing.T) {
			for _, dir := range []string{"base", filepath.Join("overlays", name)} {
				theirs := read(t, filepath.Join("..", dir))
				ours := read(t, filepath.Join(name, "in", dir))
				if diff := cmp.Diff(theirs, ours); diff != "" {
					t.Errorf("copy %s to golden/%s/in (-repository +case):\n%s", dir, name, diff)
				}
			}
			for _, entry := range list(t, filepath.Join(name, "in", "overlays")) {
				if entry != name {
					t.Errorf("overlay %s is not one that case %s is named after", entry, name)
				}
			}
		})
	}
}
