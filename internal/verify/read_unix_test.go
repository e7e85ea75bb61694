//go:build unix

package verify

import (
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Links lead nowhere, and what never ends is not opened.
func TestReadSpecialFiles(t *testing.T) {
	r := newRepo(t)
	r.edit(cacheStage, "resources:\n", "resources:\n- link.yaml\n- linked/service-attic.yaml\n- pipe.yaml\n")
	if err := os.Symlink("/dev/zero", r.path(env+"cache/link.yaml")); err != nil {
		t.Skip(err)
	}
	r.check(os.Symlink("nix-cache", r.path(env+"cache/linked")))
	r.check(syscall.Mkfifo(r.path(env+"cache/pipe.yaml"), 0o644))
	want := []string{
		`[missing-file] cache/kustomization.yaml:5:3: error: names environments/only/cache/link.yaml, which is not a file; name a file, without symbolic links`,
		`[missing-file] cache/kustomization.yaml:6:3: error: names environments/only/cache/linked/service-attic.yaml, which is behind a symbolic link; run atticgen render, and commit everything that it writes`,
		`[missing-file] cache/kustomization.yaml:7:3: error: names environments/only/cache/pipe.yaml, which is not a file; name a file, without symbolic links`,
	}
	if diff := cmp.Diff(want, r.found(r.run(r.options()), ruleDrift, ruleUnknownKind, ruleStaleFile, ruleUnasked)); diff != "" {
		t.Error(diff)
	}
}
