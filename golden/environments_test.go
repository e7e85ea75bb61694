package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// TestEnvironmentsNeedNoPlugin builds this repository's environments as Flux,
// Argo CD and kubectl kustomize do, without any plugin, and gets what the
// overlays render to.
func TestEnvironmentsNeedNoPlugin(t *testing.T) {
	kustomize := testbin.Kustomize(t)
	repo, err := overlay.Open("..")
	if err != nil {
		t.Fatal(err)
	}
	overlays, err := repo.Overlays()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range overlays {
		environment := filepath.Join("..", "environments", filepath.Base(o))
		if _, err := os.Stat(environment); err != nil {
			t.Fatal(err)
		}
		want := build(t, repo, o, overlay.Options{})
		if diff := cmp.Diff(want, runKustomize(t, kustomize, environment)); diff != "" {
			t.Errorf("%s is not what %s renders to; run make render (-overlay +environment):\n%s", environment, o, diff)
		}
	}
}
