// Package rendered has what atticgen renders, for tests to try: the committed
// environments and those of every golden case.
package rendered

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Environment is one rendered environment.
type Environment struct {
	// Name says where it is from, as in golden/everything/only and
	// environments/staging.
	Name string
	// Dir is its folder.
	Dir string
}

// Environments are all that there are, sorted by name: none missing, because the
// golden test holds the folders to what is rendered.
func Environments(t testing.TB) []Environment {
	t.Helper()
	var all []Environment
	for _, pattern := range []string{"environments/*", "golden/*/want/environments/*"} {
		dirs, err := filepath.Glob(filepath.Join(Root(), filepath.FromSlash(pattern)))
		if err != nil || len(dirs) == 0 {
			t.Fatalf("no folder is like %s: %v", pattern, err)
		}
		for _, dir := range dirs {
			rel, err := filepath.Rel(Root(), dir)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Environment{Name: strings.ReplaceAll(filepath.ToSlash(rel), "want/environments/", ""), Dir: dir})
		}
	}
	return all
}

// Objects are what a controller would apply: what kustomize builds from the
// environment's folder, without any plugin. An environment without objects fails
// the test.
func (e Environment) Objects(t testing.TB) []*unstructured.Unstructured {
	t.Helper()
	return Build(t, e.Dir)
}

// Build is what kustomize makes of a folder, in the order of its kustomization.
func Build(t testing.TB, dir string) []*unstructured.Unstructured {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	for _, r := range built.Resources() {
		data, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(data); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		objects = append(objects, object)
	}
	if len(objects) == 0 {
		t.Fatalf("%s has no objects", dir)
	}
	return objects
}

// Root is the repository's folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
