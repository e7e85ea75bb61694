package overlay

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// files are the files of a repository by slash-separated path. A value that
// begins with "-> " is the target of a symbolic link.
type files map[string]string

// spec is a small cache that renders without a warning.
func spec(name string) string {
	return strings.Join([]string{
		"apiVersion: atticgen.dev/v1alpha1",
		"kind: AtticCache",
		"metadata:",
		"  name: " + name,
		"  namespace: " + name,
		"  annotations:",
		"    config.kubernetes.io/function: |",
		"      exec: {path: atticgen}",
		"spec:",
		"  hostname: " + name + ".example.com",
		"  storage: {endpoint: 'https://s3.example.com', bucket: " + name + "}",
		"  postgres: {backup: {bucket: " + name + "-backup}, pooler: {instances: 2}}",
		"",
	}, "\n")
}

// repo writes a repository and opens it.
func repo(t *testing.T, all files) *Repo {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, all)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	// As messages are for someone who stands in the repository.
	r.given = "."
	return r
}

func write(t *testing.T, dir string, all files) {
	t.Helper()
	for name, text := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// with is a copy of some files with others added or replaced.
func (f files) with(more files) files {
	all := maps.Clone(f)
	maps.Copy(all, more)
	return all
}

// build renders an overlay and fails the test if that fails.
func build(t *testing.T, r *Repo, overlay string, o Options) []string {
	t.Helper()
	objects, diags := r.Build(overlay, o)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return texts(objects)
}

func texts(objects []manifest.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, string(o.YAML()))
	}
	return out
}

// refused checks that something failed with a message, and that the message
// names no path of this machine and has no characters that a terminal obeys.
func refused(t *testing.T, r *Repo, diags diag.List, want string) {
	t.Helper()
	if !diags.HasErrors() {
		t.Fatalf("no error; want one with %q", want)
	}
	text := diags.Error()
	if !strings.Contains(text, want) {
		t.Errorf("error is\n%s\nwant %q in it", text, want)
	}
	if strings.Contains(text, r.resolved) {
		t.Errorf("error names a path of this machine:\n%s", text)
	}
	if strings.ContainsAny(text, "\x1b\x00\r") || strings.Count(text, "\n") != len(diags)-1 {
		t.Errorf("error is not one line for each diagnostic:\n%q", text)
	}
}
