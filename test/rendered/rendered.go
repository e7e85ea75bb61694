// Package rendered has what atticgen renders, for tests to try: the committed
// environments and those of every golden case.
package rendered

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
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
// environment's folder, without any plugin, and as if what SOPS has encrypted had
// been decrypted. An environment without objects fails the test.
func (e Environment) Objects(t testing.TB) []*unstructured.Unstructured {
	t.Helper()
	objects := Build(t, e.Dir)
	for _, object := range objects {
		decrypted(object)
	}
	return objects
}

// decrypted takes away what SOPS has added to an object, and tells whether there
// was anything. What values would be nobody knows here; those of data are some
// base64.
func decrypted(object *unstructured.Unstructured) bool {
	if _, encrypted := object.Object["sops"]; !encrypted {
		return false
	}
	delete(object.Object, "sops")
	data, _ := object.Object["data"].(map[string]any)
	for key, value := range data {
		if text, _ := value.(string); strings.HasPrefix(text, "ENC[") {
			data[key] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	return true
}

// Build is what kustomize makes of a folder, in the order of its kustomization.
func Build(t testing.TB, dir string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := build(dir)
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return objects
}

func build(dir string) ([]*unstructured.Unstructured, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, r := range built.Resources() {
		data, err := r.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(data); err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		objects = append(objects, object)
	}
	if len(objects) == 0 {
		return nil, errors.New("has no objects")
	}
	return objects, nil
}

// Document is one object of an environment, as it is committed.
type Document struct {
	// File is its path in the repository.
	File string
	// Data is what the file says, as if what SOPS has encrypted had been decrypted.
	Data []byte
	// Object is the same, read strictly.
	Object *unstructured.Unstructured
}

// Documents are the files of an environment's objects, in the order of their
// paths: each has one, and the kustomizations list them all, which the golden test
// sees to.
func (e Environment) Documents(t testing.TB) []Document {
	t.Helper()
	var all []Document
	err := filepath.WalkDir(e.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "kustomization.yaml" {
			return err
		}
		d, err := document(path)
		all = append(all, d)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no objects", e.Dir)
	}
	return all
}

func document(path string) (Document, error) {
	var d Document
	file, err := filepath.Rel(Root(), path)
	if err != nil {
		return d, err
	}
	d.File = filepath.ToSlash(file)
	if d.Data, err = os.ReadFile(path); err != nil {
		return d, err
	}
	d.Object = &unstructured.Unstructured{}
	object, err := yaml.YAMLToJSONStrict(d.Data)
	if err == nil {
		err = d.Object.UnmarshalJSON(object)
	}
	if err != nil {
		return d, fmt.Errorf("%s: %w", d.File, err)
	}
	if decrypted(d.Object) {
		d.Data, err = yaml.Marshal(d.Object.Object)
	}
	return d, err
}

// Root is the repository's folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
