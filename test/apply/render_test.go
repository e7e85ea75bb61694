package apply

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// charts are repositories with a chart in charts/, by its name and version.
var charts = map[string]struct {
	folder string
	// edits make another version of what the folder has: text by file.
	edits map[string][2]string
}{
	"garden 1.4.2": {folder: "golden/helm-chart/in"},
	"garden 1.5.0": {folder: "golden/helm-chart/in", edits: map[string][2]string{
		"charts/garden/Chart.yaml":       {"version: 1.4.2", "version: 1.5.0"},
		"charts/garden/values.yaml":      {"tag: 7.1.0", "tag: 7.2.0"},
		"charts/garden/crds/plants.yaml": {"          type: object\n", "          type: object\n          properties: {spec: {type: object, properties: {height: {type: integer}}}}\n"},
	}},
	"cloudnative-pg 0.20.0": {folder: "golden/module-cnpg-operator/in"},
	"cloudnative-pg 0.29.0": {folder: "golden/platform/in"},
}

// render has atticgen render a spec with patches on top of it, in a repository of
// its own, and reads the environment as a controller would.
func render(t *testing.T, kind string, patches ...string) []*unstructured.Unstructured {
	t.Helper()
	root := t.TempDir()
	overlay := filepath.Join(root, "overlays", "only")
	if err := os.MkdirAll(overlay, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(overlay, "kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\ngenerators: [spec.yaml]\n")
	document := spec(t, kind, patches)
	write(t, filepath.Join(overlay, "spec.yaml"), string(document))
	addChart(t, root, document)
	atticgen(t, "render", "--root", root)
	return defined(t, "what is rendered", rendered.Build(t, filepath.Join(root, "environments", "only")))
}

// addChart puts into a repository the chart that a spec names, if it does.
func addChart(t *testing.T, root string, document []byte) {
	t.Helper()
	var named struct {
		Spec struct {
			Chart struct{ Name, Version string }
		}
	}
	if err := yaml.Unmarshal(document, &named); err != nil {
		t.Fatal(err)
	}
	chart := named.Spec.Chart
	if chart.Name == "" {
		return
	}
	source, ok := charts[chart.Name+" "+chart.Version]
	if !ok {
		t.Fatalf("there is no chart %s %s", chart.Name, chart.Version)
	}
	if err := os.CopyFS(filepath.Join(root, "charts", chart.Name), os.DirFS(filepath.Join(rendered.Root(), filepath.FromSlash(source.folder), "charts", chart.Name))); err != nil {
		t.Fatal(err)
	}
	for name, edit := range source.edits {
		file := filepath.Join(root, filepath.FromSlash(name))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), edit[0]) {
			t.Fatalf("there is no %q in %s", edit[0], name)
		}
		write(t, file, strings.Replace(string(text), edit[0], edit[1], 1))
	}
	write(t, filepath.Join(root, "charts.lock"), "apiVersion: atticgen.dev/v1alpha1\nkind: ChartLock\ncharts: []\n")
	atticgen(t, "chart", "pull", "--root", root)
}

func atticgen(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(testbin.Atticgen(t), args...).CombinedOutput(); err != nil {
		t.Fatalf("atticgen %s: %v\n%s", args[0], err, out)
	}
}

func spec(t *testing.T, kind string, patches []string) []byte {
	t.Helper()
	document := []byte(`{"apiVersion": "atticgen.dev/v1alpha1", "kind": "` + kind + `", "metadata": {
		"name": "attic", "namespace": "nix-cache",
		"annotations": {"config.kubernetes.io/function": "exec: {path: atticgen}"}}}`)
	for _, patch := range append([]string{specs[kind]}, patches...) {
		if patch == "" {
			continue
		}
		fields, err := yaml.YAMLToJSONStrict(bytes.ReplaceAll([]byte(patch), []byte("\t"), nil))
		if err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
		if document, err = jsonpatch.MergePatch(document, append(append([]byte(`{"spec":`), fields...), '}')); err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
	}
	text, err := yaml.JSONToYAML(document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
