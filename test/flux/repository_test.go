package flux

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// repository is a user's: base, one overlay and what is rendered from it.
type repository struct{ dir string }

// sample copies base and staging of this repository, to be deployed into a
// namespace of its own, and renders them.
func sample(t *testing.T, namespace string) repository {
	t.Helper()
	r := repository{dir: t.TempDir()}
	for _, folder := range []string{"base", "overlays/staging"} {
		if err := os.CopyFS(filepath.Join(r.dir, folder), os.DirFS(filepath.Join(rendered.Root(), filepath.FromSlash(folder)))); err != nil {
			t.Fatal(err)
		}
	}
	for _, spec := range []string{"base/cache/cache.yaml", "overlays/staging/cache/cache.yaml"} {
		r.replace(t, spec, "  namespace: nix-cache\n", "  namespace: "+namespace+"\n")
	}
	r.render(t)
	return r
}

// copy takes over another one's files.
func (r repository) copy(t *testing.T, from string) {
	t.Helper()
	if err := os.CopyFS(r.dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// render writes the environment anew.
func (r repository) render(t *testing.T, options ...string) {
	t.Helper()
	cmd := exec.Command(testbin.Atticgen(t), append([]string{"render", "--root", r.dir}, options...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

// replace changes a text that is in a file once.
func (r repository) replace(t *testing.T, file, old, text string) {
	t.Helper()
	content := r.read(t, file)
	if strings.Count(content, old) != 1 {
		t.Fatalf("%s has %q %d times", file, old, strings.Count(content, old))
	}
	r.write(t, file, strings.Replace(content, old, text, 1))
}

// add appends to the overlay's kustomization.
func (r repository) add(t *testing.T, text string) {
	t.Helper()
	r.write(t, overlay, r.read(t, overlay)+text)
}

func (r repository) remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(r.path(file)); err != nil {
		t.Fatal(err)
	}
}

func (r repository) read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(r.path(file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (r repository) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(r.path(file)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.path(file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (r repository) path(file string) string {
	return filepath.Join(r.dir, filepath.FromSlash(file))
}
