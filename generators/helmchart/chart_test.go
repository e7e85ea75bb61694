package helmchart_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

const (
	one      = "templates/one.yaml"
	metadata = "apiVersion: v2\nname: small\nversion: 1.0.0\n"
)

func TestChartsThatAreRefused(t *testing.T) {
	with := func(chartYAML string) map[string]string {
		return map[string]string{"Chart.yaml": chartYAML, one: configMap}
	}
	sub := func(name, version string) string {
		return "apiVersion: v2\nname: " + name + "\nversion: " + version + "\n"
	}
	for name, test := range map[string]struct {
		files   map[string]string
		values  v1alpha1.Values
		path    string
		message string
	}{
		"other name":         {with("apiVersion: v2\nname: other\nversion: 1.0.0\n"), nil, "spec.chart.name", `own name is "other"`},
		"other version":      {with("apiVersion: v2\nname: small\nversion: 1.0.1\n"), nil, "spec.chart.version", `own version is "1.0.1"`},
		"name as path":       {with("apiVersion: v2\nname: ..\nversion: 1.0.0\n"), nil, "spec.chart", `cannot be loaded`},
		"library":            {with(metadata + "type: library\n"), nil, "spec.chart.name", "a library for other charts"},
		"newer Kubernetes":   {with(metadata + "kubeVersion: '>=1.40'\n"), nil, "spec.chart.version", `runs on Kubernetes ">=1.40", not on v1.34.0`},
		"missing dependency": {with(metadata + "dependencies: [{name: redis, version: 1.x}, {name: absent, version: 1.x, condition: no.such}]\n"), nil, "spec.chart", `does not hold: "absent", "redis"`},
		"alias as path":      {with(metadata + "dependencies: [{name: sub, version: 1.x, alias: ../up}]\n"), nil, "spec.chart", "alias"},
		"dependency as path": {with(metadata + "dependencies: [{name: ../up, version: 1.x}]\n"), nil, "spec.chart", `a dependency "../up", which is not a plain name`},
		"dependency of dots": {with(metadata + "dependencies: [{name: '..', version: 1.x}]\n"), nil, "spec.chart", `a dependency "..", which is not a plain name`},
		"no Chart.yaml":      {map[string]string{"Chart.yaml": "\x00"}, nil, "spec.chart", "cannot be loaded"},
		"null dependency":    {with(metadata + "dependencies: [null]\n"), nil, "spec.chart", "cannot be loaded"},
		"bad values.yaml":    {map[string]string{"values.yaml": "a: [", one: configMap}, nil, "spec.chart", "values.yaml"},
		"one chart twice": {map[string]string{
			one: configMap, "charts/a/Chart.yaml": sub("sub", "1.0.0"), "charts/b/Chart.yaml": sub("sub", "1.0.0"),
		}, nil, "spec.chart", `"sub" twice`},
		"subchart with a path for a version": {map[string]string{
			one: configMap, "charts/a/Chart.yaml": sub("sub", "1/../../x"),
		}, nil, "spec.chart", "cannot be loaded"},
		"archive in a folder":  {map[string]string{one: configMap, "charts/a.tgz": "no archive"}, nil, "spec.chart", "not a gzip archive"},
		"folder as an archive": {map[string]string{one: configMap, "charts/a.tgz/Chart.yaml": sub("a", "1.0.0")}, nil, "spec.chart", "cannot be loaded"},
		"path":                 {map[string]string{one: configMap, "templates/../../x": ""}, nil, "spec.chart", "has .. as a part"},
		"nothing":              {map[string]string{one: "{{ if .Values.on }}" + configMap + "{{ end }}"}, nil, "spec.values", "give no objects"},
		"only tests": {map[string]string{
			one: configMap + "  annotations: {helm.sh/hook: test}\n",
		}, nil, "spec.values", "give no objects"},
		"fail":             {map[string]string{one: `{{ fail "choose a password" }}`}, nil, "spec.values", "choose a password"},
		"required":         {map[string]string{one: `{{ required "password is needed" .Values.password }}`}, nil, "spec.values", "password is needed"},
		"bad template":     {map[string]string{one: `{{ if }}`}, nil, "spec.chart", one},
		"no such function": {map[string]string{one: `{{ env "HOME" }}`}, nil, "spec.chart", `"env" not defined`},
		"expandenv":        {map[string]string{one: `{{ expandenv "$HOME" }}`}, nil, "spec.chart", `"expandenv" not defined`},
		"endless include":  {map[string]string{one: `{{ include "a" . }}`, "templates/_a.tpl": `{{ define "a" }}{{ include "a" . }}{{ end }}`}, nil, "spec.values", "nested"},
		"panic":            {map[string]string{one: `{{ repeat -1 "x" }}`}, nil, "spec.values", "negative"},
		"bad YAML":         {map[string]string{one: configMap + "---\nkind: [\n"}, nil, "spec.values", `"small/templates/one.yaml" give what is not YAML: line 6`},
		"alias bomb": {map[string]string{
			one: "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
		}, nil, "spec.values", "aliasing"},
		"not an object":     {map[string]string{one: "just text"}, nil, "spec.values", "from line 1 on, what is not an object"},
		"no kind":           {map[string]string{one: "apiVersion: v1\nmetadata: {name: a}\n"}, nil, "spec.values", "no kind"},
		"no version":        {map[string]string{one: "kind: ConfigMap\nmetadata: {name: a}\n"}, nil, "spec.values", "no apiVersion"},
		"no name":           {map[string]string{one: "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a}\n"}, nil, "spec.values", "no metadata.name"},
		"number as name":    {map[string]string{one: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1}\n"}, nil, "spec.values", "no metadata.name"},
		"number as label":   {map[string]string{one: configMap + "  labels: {a: 1}\n"}, nil, "spec.values", "labels that are not text"},
		"duplicate":         {map[string]string{one: configMap, "templates/two.yaml": configMap + "  namespace: target\n"}, nil, "spec.chart", `ConfigMap one twice, in the templates "small/templates/one.yaml" and "small/templates/two.yaml"`},
		"its own namespace": {map[string]string{one: "apiVersion: v1\nkind: Namespace\nmetadata: {name: target}\n"}, nil, "spec.namespace.create", "creates the namespace too"},
		"schema": {map[string]string{
			one: configMap, "values.schema.json": `{"properties":{"a":{"properties":{"b":{"type":"integer"}}}}}`,
		}, v1alpha1.Values{"a": map[string]any{"b": "x"}}, "spec.values.a.b", "got string, want integer"},
		"schema of a subchart": {map[string]string{
			one: configMap, "charts/sub/Chart.yaml": sub("sub", "1.0.0"), "charts/sub/values.schema.json": `{"required":["b"]}`,
		}, v1alpha1.Values{"sub": map[string]any{"c": 1}}, "spec.values.sub", `the chart "sub": missing property 'b'`},
		"broken schema":             {map[string]string{one: configMap, "values.schema.json": `{`}, nil, "spec.chart", "values.schema.json"},
		"subchart with text":        {map[string]string{one: configMap, "charts/sub/Chart.yaml": sub("sub", "1.0.0")}, v1alpha1.Values{"sub": "text"}, "spec.values.sub", "is not a map"},
		"schema with a URN":         {map[string]string{one: configMap, "values.schema.json": `{"$ref":"urn:example:a"}`}, nil, "spec.chart", `refers to "urn:example:a"`},
		"schema of another dialect": {map[string]string{one: configMap, "values.schema.json": `{"$schema":"https://example.com/dialect"}`}, nil, "spec.chart", "nothing outside"},
	} {
		t.Run(name, func(t *testing.T) {
			objects, problems := helmchart.Generate(small(func(s *v1alpha1.HelmChartSpec) { s.Values = test.values }), chart(test.files))
			if len(objects) > 0 || len(problems) == 0 {
				t.Fatalf("%d objects, problems %+v", len(objects), problems)
			}
			if p := problems[0]; p.Path != test.path || !strings.Contains(p.Message, test.message) || p.Hint == "" || strings.ContainsAny(p.Message, "\n\x1b") {
				t.Errorf("want %s: %s\ngot %s: %s; %s", test.path, test.message, p.Path, p.Message, p.Hint)
			}
		})
	}
}

// Helm's own check of schemas fetches what they refer to. Here nothing is
// fetched, from wherever in the schema and to wherever it points.
func TestSchemasReachNothing(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = w.Write([]byte("true"))
	}))
	defer server.Close()
	local := filepath.Join(t.TempDir(), "schema.json")
	if err := os.WriteFile(local, []byte("true"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{server.URL + "/schema.json", "file://" + local, "schema.json", "//" + strings.TrimPrefix(server.URL, "http://") + "/x"} {
		for _, form := range []string{
			`{"$ref":%q}`, `{"properties":{"a":{"$ref":%q}}}`, `{"$schema":%q}`, `{"definitions":{"a":{"allOf":[{"$ref":%q}]}},"$ref":"#/definitions/a"}`,
			`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicRef":%q}`, `{"$id":%q,"properties":{"a":{"$ref":"other.json"}}}`,
		} {
			for _, folder := range []string{"", "charts/sub/"} {
				_, problems := helmchart.Generate(small(nil), chart(map[string]string{
					one: configMap, "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
					folder + "values.schema.json": fmt.Sprintf(form, url),
				}))
				if !validate.HasErrors(problems) || problems[0].Path != "spec.chart" || !strings.Contains(problems[0].Message, "values.schema.json") {
					t.Errorf("%s with %s: %+v", form, url, problems)
				}
			}
		}
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d requests", n)
	}
}

// A template reaches neither cluster, network nor files.
func TestTemplatesReachNothing(t *testing.T) {
	objects := generate(t, small(nil), chart(map[string]string{
		one: configMap + `data:
  lookup: {{ lookup "v1" "Secret" "" "" | toJson | quote }}
  host: {{ getHostByName "localhost" | quote }}
  file: {{ .Files.Get "/etc/hostname" | quote }}
  parent: {{ .Files.Get "../../../../etc/hostname" | quote }}
  all: {{ range $name, $_ := .Files.Glob "/**" }}{{ $name }}{{ end }}
`,
	}))
	data := object(t, objects, "ConfigMap", "one")["data"].(map[string]any)
	for key, want := range map[string]any{"lookup": "{}", "host": "", "file": "", "parent": "", "all": nil} {
		if data[key] != want {
			t.Errorf("%s is %v", key, data[key])
		}
	}
}

func TestValuesFilesThatAreRefused(t *testing.T) {
	files := chart(map[string]string{one: configMap})
	files.values = map[string]string{"list.yaml": "[1, 2]", "text.yaml": "text", "bad.yaml": "a:\n  - [", "fine.yaml": "a: 1", "null.yaml": "null", "twice.yaml": "a: 1\na: 2"}
	_, problems := helmchart.Generate(small(func(s *v1alpha1.HelmChartSpec) {
		s.ValuesFiles = []string{"fine.yaml", "list.yaml", "absent.yaml", "text.yaml", "bad.yaml", "null.yaml", "twice.yaml"}
	}), files)
	var got []string
	for _, p := range problems {
		got = append(got, p.Path+" "+p.Message)
	}
	want := []string{
		`spec.valuesFiles[1] is "list.yaml", which holds no map`,
		`spec.valuesFiles[2] is "absent.yaml", which cannot be had: there is no file absent.yaml`,
		`spec.valuesFiles[3] is "text.yaml", which holds no map`,
		`spec.valuesFiles[4] is "bad.yaml", which is not YAML: line 2`,
		`spec.valuesFiles[6] is "twice.yaml", which is not YAML: line 2: key "a" already set in map`,
	}
	for i := range max(len(want), len(got)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("want\n%s\ngot\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
	}
}

// What Helm only logs is a warning at its field.
func TestValuesOfAnotherType(t *testing.T) {
	_, problems := helmchart.Generate(demoSpec(v1alpha1.Release{Values: v1alpha1.Values{
		"message": map[string]any{"text": "a"}, "firstWorker": map[string]any{"enabled": "false", "leaf": "red"}, "image": map[string]any{"tag": 1},
		"podLabels": nil, "settings": map[string]any{"a": nil, "new": []any{}},
	}}), memory{chart: demoFiles(t)})
	var got []string
	for _, p := range problems {
		if p.Severity == validate.Warning {
			got = append(got, p.Path+" "+p.Message)
		}
	}
	want := []string{
		"spec.values.message is a map, but by default the chart has a single value there",
		`spec.values.firstWorker.enabled is neither true nor false, so that it does not switch the chart "worker"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whoever gives no charts gets a problem.
func TestNoFiles(t *testing.T) {
	objects, problems := helmchart.Generate(small(nil), nil)
	if len(objects) > 0 || len(problems) != 1 || problems[0].Path != "spec.chart" {
		t.Errorf("%d objects, %+v", len(objects), problems)
	}
}
