package argocd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// TestSource holds what is repeated below of how Argo CD calls kustomize to Argo
// CD's source. If this fails, look there what it does now.
func TestSource(t *testing.T) {
	for file, parts := range map[string][]string{
		"util/kustomize/kustomize.go": {
			`var KustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}`,
			"env := os.Environ()\n",
			`cmd = exec.CommandContext(ctx, k.getBinaryPath(), "build", k.path)`,
			"cmd.Env = env\n",
			"cmd.Dir = k.repoRoot\n",
		},
		"util/app/discovery/discovery.go": {
			`if strings.HasSuffix(base, "Chart.yaml")`,
			"if kustomize.IsKustomization(base)",
			`appType, ok := apps["."]`,
			`return "Directory", nil`,
		},
	} {
		source := read(t, file)
		for _, part := range parts {
			if !strings.Contains(source, part) {
				t.Errorf("%s does not have %s", file, part)
			}
		}
	}
	// Options for kustomize are what an administrator adds.
	if config := read(t, "manifests/base/config/argocd-cm.yaml"); strings.Contains(config, "kustomize.buildOptions") {
		t.Errorf("Argo CD comes with options for kustomize:\n%s", config)
	}
	out, err := exec.Command(testbin.Kustomize(t), "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.TrimSpace(string(out))
	if theirs := minor("v" + shipped(t)); minor(ours) != theirs {
		t.Errorf("this is kustomize %s, and Argo CD has %s", ours, theirs)
	}
}

// shipped is the version of kustomize in Argo CD's image.
func shipped(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(read(t, "hack/tool-versions.sh")) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "kustomize5_version="); ok {
			return version
		}
	}
	t.Fatal("Argo CD does not say which kustomize it has")
	return ""
}

func minor(version string) string { return version[:max(0, strings.LastIndex(version, "."))] }

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(crds.Dir(t, "github.com/argoproj/argo-cd/v3"), filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestEnvironments: Argo CD takes every environment for a kustomization, and gets
// from kustomize, without any option, the objects that everything else is tested
// with. What it applies in a wave needs nothing of a later one.
func TestEnvironments(t *testing.T) {
	options := read(t, "docs/user-guide/sync-options.md")
	for _, e := range rendered.Environments(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			kind, err := sourceType(e.Dir)
			if err != nil || kind != "Kustomize" {
				t.Errorf("Argo CD takes it for %q: %v", kind, err)
			}
			got, err := build(t, e.Dir)
			if err != nil {
				t.Fatal(err)
			}
			want := rendered.Build(t, e.Dir)
			for _, fault := range slices.Concat(faults(want), unknownOptions(want, options), misplaced(t, e)) {
				t.Error(fault)
			}
			if diff := cmp.Diff(byName(t, want), byName(t, got)); diff != "" {
				t.Errorf("Argo CD gets other objects (-want +got):\n%s", diff)
			}
		})
	}
}

// TestKustomizeRefuses: and it is told when something is missing, and by no
// option gets what needs a plugin.
func TestKustomizeRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(rendered.Root(), "environments"))); err != nil {
		t.Fatal(err)
	}
	staging := filepath.Join(dir, "staging")
	if err := os.Remove(filepath.Join(staging, "cache", "nix-cache", "service-attic.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := build(t, staging); err == nil || !strings.Contains(err.Error(), "service-attic.yaml") {
		t.Errorf("a listed file is missing, and kustomize says: %v", err)
	}
	if err := os.Remove(filepath.Join(staging, "kustomization.yaml")); err != nil {
		t.Fatal(err)
	}
	if kind, err := sourceType(staging); err != nil || kind != "Directory" {
		t.Errorf("Argo CD takes a folder without kustomization for %q: %v", kind, err)
	}
	if _, err := build(t, filepath.Join(rendered.Root(), "overlays", "staging")); err == nil || !strings.Contains(err.Error(), "external plugins disabled") {
		t.Errorf("Argo CD can build an overlay without a plugin: %v", err)
	}
}

// sourceType is how Argo CD decides what to do with a folder.
func sourceType(dir string) (string, error) {
	types := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		folder, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		switch name := filepath.Base(path); {
		case strings.HasSuffix(name, "Chart.yaml"):
			types[folder] = "Helm"
		case name == "kustomization.yaml", name == "kustomization.yml", name == "Kustomization":
			types[folder] = "Kustomize"
		}
		return nil
	})
	if kind, ok := types["."]; ok {
		return kind, err
	}
	return "Directory", err
}

// build calls kustomize as Argo CD does, and reads what it says.
func build(t *testing.T, dir string) ([]*unstructured.Unstructured, error) {
	t.Helper()
	cmd := exec.Command(testbin.Kustomize(t), "build", dir)
	cmd.Dir = filepath.Dir(filepath.Dir(dir))
	cmd.Env = append(os.Environ(),
		"ARGOCD_APP_NAME=attic", "ARGOCD_APP_NAMESPACE=nix-cache", "ARGOCD_APP_REVISION=main",
		"ARGOCD_APP_SOURCE_PATH=environments/production", "KUBE_VERSION=1.37.2", "KUBE_API_VERSIONS=v1,apps/v1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.Bytes())
	}
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(out), 4096)
	for {
		o := &unstructured.Unstructured{}
		err := decoder.Decode(o)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
}

// byName are the fields of objects. Two must not be the same object, which Argo
// CD warns of.
func byName(t *testing.T, objects []*unstructured.Unstructured) map[string]map[string]any {
	t.Helper()
	fields := map[string]map[string]any{}
	for _, o := range objects {
		name := id(o)
		if fields[name] != nil {
			t.Errorf("%s is there twice", name)
		}
		fields[name] = o.Object
	}
	return fields
}

func id(o *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s/%s", o.GroupVersionKind().GroupKind(), o.GetNamespace(), o.GetName())
}
