package helmchart_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	defer testbin.Cleanup()
	m.Run()
}

func TestSameAsHelm(t *testing.T) {
	helm := testbin.Helm(t)
	for name, test := range map[string]struct {
		spec  v1alpha1.Release
		files map[string]string
		flags []string
	}{
		"defaults": {},
		"parts switched on and off": {
			spec: v1alpha1.Release{Values: v1alpha1.Values{
				"disabled": map[string]any{"enabled": true}, "tags": map[string]any{"extras": true}, "secondWorker": map[string]any{"enabled": false},
			}},
		},
		"types of values": {
			spec: v1alpha1.Release{Values: v1alpha1.Values{
				"large": int64(1000000), "float": 1.5, "ratio": true, "nothing": []any{nil, 1, "x"},
				"podLabels": map[string]any{"a": "1", "no": "0755"},
				"settings":  map[string]any{"0": 1}, "message": "{{ .Values.image.tag }} {{ include \"demo.name\" . }}",
			}},
		},
		"null removes defaults": {
			spec: v1alpha1.Release{Values: v1alpha1.Values{
				"removed": map[string]any{"byDefault": nil}, "global": map[string]any{"zone": nil}, "podLabels": nil,
			}},
		},
		"values files in their order under values": {
			spec: v1alpha1.Release{
				ValuesFiles: []string{"a.yaml", "folder/b.yaml", "empty.yaml"},
				Values:      v1alpha1.Values{"port": 82, "settings": map[string]any{"z": 26}},
			},
			files: map[string]string{
				"a.yaml":        "replicas: 3\nport: 80\nremoved: null\nsettings:\n  a: 010\n  y: 1_000\n",
				"folder/b.yaml": "replicas: 4\nport: 81\nremoved: {new: table}\nsettings: {b: null}\nimage: {tag: 1e3}\n",
				"empty.yaml":    "# nothing\n",
			},
		},
		"cluster": {
			spec:  v1alpha1.Release{KubeVersion: "v1.35.2", APIVersions: []string{"monitoring.coreos.com/v1/ServiceMonitor"}},
			flags: []string{"--kube-version", "v1.35.2", "--api-versions", "monitoring.coreos.com/v1/ServiceMonitor"},
		},
		"name": {spec: v1alpha1.Release{ReleaseName: "other.name"}},
		"without definitions": {
			spec: v1alpha1.Release{IncludeCRDs: new(false)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			spec := demoSpec(test.spec)
			folderOfValues := t.TempDir()
			args := []string{"template", "demo", demo, "--namespace", "target", "--skip-tests"}
			if test.spec.ReleaseName != "" {
				args[1] = test.spec.ReleaseName
			}
			if test.spec.IncludeCRDs == nil {
				args = append(args, "--include-crds")
			}
			if test.flags == nil {
				args = append(args, "--kube-version", "v1.34.0")
			}
			args = append(args, test.flags...)
			for _, name := range test.spec.ValuesFiles {
				args = append(args, "--values", write(t, folderOfValues, name, test.files[name]))
			}
			if test.spec.Values != nil {
				data, err := yaml.Marshal(test.spec.Values)
				if err != nil {
					t.Fatal(err)
				}
				args = append(args, "--values", write(t, folderOfValues, "own.yaml", string(data)))
			}
			cmd := exec.Command(helm, args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			want := helmObjects(t, out)
			got := map[string]any{}
			for _, o := range generate(t, spec, memory{chart: demoFiles(t), values: test.files}) {
				fields := fieldsOf(t, o)
				if key := key(fields); key != "Namespace target" && key != "CustomResourceDefinition towns.demo.example.com" {
					got[key] = undone(fields)
				}
			}
			if len(want) < 10 {
				t.Errorf("helm gave %d objects", len(want))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-helm, +atticgen)\n%s", diff)
			}
		})
	}
}

func demoSpec(release v1alpha1.Release) v1alpha1.HelmChart {
	return v1alpha1.HelmChart{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindHelmChart,
		Metadata: v1alpha1.Metadata{Name: "demo", Namespace: "target"},
		Spec:     v1alpha1.HelmChartSpec{Chart: v1alpha1.ChartRef{Name: "demo", Version: "1.2.3"}, Release: release},
	}
}

func write(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// helmObjects are what helm template prints, without the hooks that nobody runs.
func helmObjects(t *testing.T, out []byte) map[string]any {
	t.Helper()
	all := map[string]any{}
	for text := range strings.SplitSeq("\n"+strings.TrimSuffix(string(out), "\n"), "\n---\n") {
		data, err := yaml.YAMLToJSON([]byte(text + "\n"))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if string(data) == "null" {
			continue
		}
		fields := decoded(t, data)
		list := []any{fields}
		if fields["kind"] == "List" {
			list = fields["items"].([]any)
		}
		for _, item := range list {
			fields := item.(map[string]any)
			metadata := fields["metadata"].(map[string]any)
			annotations, _ := metadata["annotations"].(map[string]any)
			hook, _ := annotations["helm.sh/hook"].(string)
			if strings.Contains(hook, "delete") || strings.Contains(hook, "rollback") {
				continue
			}
			if hook != "" {
				for _, name := range []string{"hook", "hook-weight", "hook-delete-policy", "hook-output-log-policy"} {
					delete(annotations, "helm.sh/"+name)
				}
				spec, _ := fields["spec"].(map[string]any)
				delete(spec, "ttlSecondsAfterFinished")
			}
			for name, value := range annotations {
				if value == nil {
					annotations[name] = "" // As Kubernetes reads it.
				}
			}
			if len(annotations) == 0 {
				delete(metadata, "annotations")
			}
			all[key(fields)] = fields
		}
	}
	return all
}

var digest = regexp.MustCompile(`-[0-9a-f]{10}$`)

func key(fields map[string]any) string {
	metadata := fields["metadata"].(map[string]any)
	name := metadata["name"].(string)
	if fields["kind"] == "Job" {
		name = digest.ReplaceAllString(name, "")
	}
	return fields["kind"].(string) + " " + name
}

// undone takes away what atticgen adds.
func undone(fields map[string]any) map[string]any {
	metadata := fields["metadata"].(map[string]any)
	if metadata["namespace"] == "target" {
		delete(metadata, "namespace")
	}
	if fields["kind"] == "Job" {
		metadata["name"] = digest.ReplaceAllString(metadata["name"].(string), "")
	}
	for _, block := range []string{"annotations", "labels"} {
		entries, _ := metadata[block].(map[string]any)
		for name := range entries {
			if strings.HasPrefix(name, "argocd.argoproj.io/") || strings.HasPrefix(name, "kustomize.toolkit.fluxcd.io/") || name == "app.kubernetes.io/part-of" {
				delete(entries, name)
			}
		}
		if len(entries) == 0 {
			delete(metadata, block)
		}
	}
	return fields
}
