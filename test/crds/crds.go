// Package crds has the definitions of the custom resources that are rendered, as
// the projects that own them publish them: from the zips of their Go modules, and
// from the folder shared/crds beside the repository for those that are in none.
package crds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// source is a folder of a module's zip, or one file where others beside it define
// the same differently.
type source struct {
	module, version, sum, path string
}

// All are the definitions, by name in the order of their sources. Where
// shared/crds is not beside the repository the test says so and goes on without
// Crossplane's and Grafana's: Missing tells which kinds those are.
func All(t testing.TB) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	found, err := fromModules()
	if err != nil {
		t.Fatal(err)
	}
	shared, err := from(sharedFolder())
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("skipped: Crossplane's and Grafana's definitions, because there is no folder %s", sharedFolder())
		err = nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(found, shared)
}

// Missing tells whether objects of a group are to be left out, because their
// definitions are in shared/crds alone and that is not there.
func Missing(group string) bool {
	if group != "s3.aws.m.upbound.io" && group != "grafana.integreatly.org" {
		return false
	}
	_, err := os.Stat(sharedFolder())
	return errors.Is(err, fs.ErrNotExist)
}

// Dir is the folder of a module, downloaded if need be. The module must be among
// the sources.
func Dir(t testing.TB, module string) string {
	t.Helper()
	dirs, err := folders()
	if err != nil {
		t.Fatal(err)
	}
	dir, ok := dirs[module]
	if !ok {
		t.Fatalf("%s is not among the modules with definitions", module)
	}
	return dir
}

// folders are where the modules are, by module.
var folders = sync.OnceValues(func() (map[string]string, error) {
	args := []string{"mod", "download", "-json"}
	for _, s := range sources {
		args = append(args, s.module+"@"+s.version)
	}
	cmd := exec.Command("go", args...)
	// Outside of any module, so that none of them counts for this one's go.mod.
	cmd.Dir = os.TempDir()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, failed := cmd.Output()
	dirs := map[string]string{}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for _, s := range sources {
		var got struct{ Dir, Sum, Error string }
		if err := decoder.Decode(&got); err != nil {
			return nil, fmt.Errorf("go mod download: %w\n%s", errors.Join(failed, err), stderr.Bytes())
		}
		if got.Error != "" || got.Sum != s.sum {
			return nil, fmt.Errorf("%s %s has checksum %s, not %s: %s", s.module, s.version, got.Sum, s.sum, got.Error)
		}
		dirs[s.module] = got.Dir
	}
	return dirs, failed
})

var fromModules = sync.OnceValues(func() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	dirs, err := folders()
	if err != nil {
		return nil, err
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, s := range sources {
		found, err := from(filepath.Join(dirs[s.module], filepath.FromSlash(s.path)))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s %s has no definitions in %s", s.module, s.version, s.path)
		}
		all = append(all, found...)
	}
	return all, nil
})

// from reads the definitions in a file, or in the files of a folder and nothing
// else that stands there.
func from(path string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	files := []string{path}
	if filepath.Ext(path) != ".yaml" {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		files = nil
		for _, entry := range entries {
			if ext := filepath.Ext(entry.Name()); ext == ".yaml" || ext == ".yml" {
				files = append(files, filepath.Join(path, entry.Name()))
			}
		}
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, file := range files {
		found, err := fromFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, crd := range found {
			if !slices.ContainsFunc(all, func(c *apiextensionsv1.CustomResourceDefinition) bool { return c.Name == crd.Name }) {
				all = append(all, crd)
			}
		}
	}
	return all, nil
}

func fromFile(file string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	data, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(data, []byte("kind: CustomResourceDefinition")) {
		return nil, err
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var crd apiextensionsv1.CustomResourceDefinition
		err := documents.Decode(&crd)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if crd.Kind == "CustomResourceDefinition" {
			all = append(all, &crd)
		}
	}
}

// sharedFolder is beside the checkout.
func sharedFolder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "crds")
}
