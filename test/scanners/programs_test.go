package scanners_test

import (
	"os"
	"path/filepath"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	defer testbin.Cleanup()
	m.Run()
}

// program is the path of a scanner that make has built.
func program(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("ATTICGEN_SCANNERS")
	if folder == "" {
		t.Skip("make scan builds the scanners and runs this test")
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// scanners are all of them.
func scanners(t *testing.T) []scanner {
	t.Helper()
	return []scanner{kubeScore(t), trivy(t), kubeconform(t)}
}
