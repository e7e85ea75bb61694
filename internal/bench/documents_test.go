package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocuments(t *testing.T) {
	tests := map[string]struct {
		stream string
		want   []string
	}{
		"empty":             {stream: "\n"},
		"one":               {stream: "a: 1\n", want: []string{"a: 1"}},
		"kustomize":         {stream: "a: 1\n---\nb: 2\n", want: []string{"a: 1", "b: 2"}},
		"helm":              {stream: "---\n# Source: x\na: 1\n---\n# Source: y\nb: 2\n", want: []string{"a: 1", "b: 2"}},
		"only comments":     {stream: "# nothing\n---\na: 1\n", want: []string{"a: 1"}},
		"dashes in a block": {stream: "a: |\n  ---\n  b\n", want: []string{"a: |\n  ---\n  b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, texts(documents(test.stream))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSame(t *testing.T) {
	a := []manifest{{text: "a"}, {text: "b"}}
	tests := map[string]struct {
		got  []manifest
		want string
	}{
		"another order": {got: []manifest{{text: "b"}, {text: "a"}}},
		"fewer":         {got: a[:1], want: "gives 1 objects, and atticgen 2"},
		"other":         {got: []manifest{{text: "a"}, {text: "c"}}, want: "gives other objects"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := same(a, test.got)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if same(nil, nil) == nil {
		t.Error("no objects are taken for the same")
	}
}

func TestChart(t *testing.T) {
	dir := t.TempDir()
	namespace, err := writeChart(dir, []manifest{{name: "deployment-x", text: strings.TrimSpace(`
kind: Deployment
metadata:
  labels:
    app.kubernetes.io/component: api
    app.kubernetes.io/instance: x
    app.kubernetes.io/managed-by: me
    app.kubernetes.io/name: y
    app.kubernetes.io/part-of: z
  namespace: here
spec:
  minReplicas: 2
  containers:
  - image: registry/repository:v1
    resources:
      limits:
        cpu: "1"
    note: '{{ $labels.x }}'
`)}})
	if err != nil {
		t.Fatal(err)
	}
	if namespace != "here" {
		t.Errorf("the namespace is %q, want here", namespace)
	}
	want := map[string]string{
		"values.yaml": `global:
  host: 
  managedBy: me
  partOf: z
object00:
  value1:
    limits:
      cpu: "1"
  value2: registry/repository
  value3: "v1"
  value4: 2
`,
		"templates/object00-deployment-x.yaml": `{{- $own := .Values.object00 -}}
kind: Deployment
metadata:
  labels:
    {{- include "labels" (dict "root" $ "component" "api" "instance" "x" "name" "y") | nindent 4 }}
  namespace: {{ .Release.Namespace }}
spec:
  minReplicas: {{ $own.value4 }}
  containers:
  - image: {{ $own.value2 }}:{{ $own.value3 }}
    resources:
      {{- toYaml $own.value1 | nindent 6 }}
    note: '{{ "{{" }} $labels.x }}'
`,
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{9, 1, 2}); got != 2 {
		t.Errorf("of three: %v, want 2", got)
	}
	if got := median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("of four: %v, want 3", got)
	}
}
