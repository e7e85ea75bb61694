package golden_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// TestDoors holds the ways to the same objects to the same bytes: rendering in
// process, with and without the kustomize API, and the real kustomize binary
// with atticgen as its function. It covers every overlay of every case that
// renders, and of this repository.
func TestDoors(t *testing.T) {
	kustomize := testbin.Kustomize(t)
	t.Setenv("PATH", filepath.Dir(testbin.Atticgen(t))+string(filepath.ListSeparator)+os.Getenv("PATH"))
	repos := map[string]string{"this repository": ".."}
	for _, name := range cases(t) {
		if valid(name) {
			repos[name] = filepath.Join(name, "in")
		}
	}
	for name, dir := range repos {
		repo, err := overlay.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		overlays, err := repo.Overlays()
		if err != nil {
			t.Fatal(err)
		}
		if name == "this repository" {
			overlays = append(overlays, "base")
		}
		for _, o := range overlays {
			t.Run(name+"/"+o, func(t *testing.T) {
				fast := build(t, repo, o, overlay.Options{})
				if diff := cmp.Diff(fast, build(t, repo, o, overlay.Options{Kustomize: true})); diff != "" {
					t.Errorf("the kustomize API (-in process +API):\n%s", diff)
				}
				if diff := cmp.Diff(fast, runKustomize(t, kustomize, filepath.Join(dir, o), "--enable-alpha-plugins", "--enable-exec")); diff != "" {
					t.Errorf("the kustomize binary (-in process +binary):\n%s", diff)
				}
			})
		}
	}
}

// build renders an overlay into YAML, an item for each object.
func build(t *testing.T, repo *overlay.Repo, name string, o overlay.Options) []string {
	t.Helper()
	objects, diags := repo.Build(name, o)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(objects) == 0 {
		t.Fatal("no objects")
	}
	return texts(objects)
}

func runKustomize(t *testing.T, kustomize, dir string, flags ...string) []string {
	t.Helper()
	cmd := exec.Command(kustomize, append([]string{"build", dir}, flags...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var objects []manifest.Object
	for document := range strings.SplitSeq(string(out), "\n---\n") {
		if !strings.HasSuffix(document, "\n") {
			document += "\n"
		}
		o, err := manifest.FromYAML([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if string(o.YAML()) != document {
			t.Errorf("kustomize writes %s differently:\n%s", o.ID, cmp.Diff(string(o.YAML()), document))
		}
		objects = append(objects, o)
	}
	manifest.Sort(objects)
	return texts(objects)
}

func texts(objects []manifest.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, string(o.YAML()))
	}
	return out
}
