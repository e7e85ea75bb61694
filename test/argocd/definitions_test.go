package argocd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/documented"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

const group = "argoproj.io"

// TestDefinitions: every object of Argo CD that is rendered or documented has the
// fields, types and values that Argo CD's definitions allow.
func TestDefinitions(t *testing.T) {
	c := cluster.New(t)
	var definitions []*apiextensionsv1.CustomResourceDefinition
	for _, d := range crds.All(t) {
		if d.Spec.Group == group {
			definitions = append(definitions, d)
		}
	}
	c.Install(t, definitions)
	for where, o := range all(t) {
		if err := accepted(t, c, o); err != nil {
			t.Errorf("%s: %s %s: %v", where, o.GetKind(), o.GetName(), err)
		}
	}
	t.Run("wrong", func(t *testing.T) { testWrong(t, c) })
}

// all are the objects, by where they are. There is none of a kind only if nobody
// wrote one.
func all(t *testing.T) map[string]*unstructured.Unstructured {
	t.Helper()
	found := map[string]*unstructured.Unstructured{}
	count := map[string]int{}
	add := func(where string, objects []*unstructured.Unstructured) {
		for i, o := range objects {
			if o.GroupVersionKind().Group == group {
				found[fmt.Sprintf("%s, object %d", where, i+1)] = o
				count[o.GetKind()]++
			}
		}
	}
	for _, e := range rendered.Environments(t) {
		for _, d := range e.Documents(t) {
			add(d.File, []*unstructured.Unstructured{d.Object})
		}
	}
	if count["Application"] < 4 {
		t.Errorf("only %d Applications are rendered", count["Application"])
	}
	for _, b := range documented.Blocks(t) {
		if strings.Contains(b.Text, group+"/") {
			add(b.String(), b.Objects(t))
		}
	}
	if count["Application"] < 6 || count["ApplicationSet"] < 1 {
		t.Errorf("the documentation shows too few: %v", count)
	}
	return found
}

// TestApplicationSet: the one that is documented makes the Application that is
// documented, for environments that there are.
func TestApplicationSet(t *testing.T) {
	blocks := documented.Section(t, "docs/gitops.md", "Argo CD")
	single, set := blocks[0].Objects(t)[0], blocks[1].Objects(t)[0]
	made, _, err := unstructured.NestedMap(set.Object, "spec", "template")
	if err != nil {
		t.Fatal(err)
	}
	data, err := yaml.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	form, err := template.New("").Option("missingkey=error").Parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	generators, _, _ := unstructured.NestedSlice(set.Object, "spec", "generators")
	elements, _, _ := unstructured.NestedSlice(generators[0].(map[string]any), "list", "elements")
	for _, element := range elements {
		parameters := element.(map[string]any)
		environment := parameters["environment"].(string)
		if _, err := os.Stat(filepath.Join(rendered.Root(), "environments", environment)); err != nil {
			t.Error(err)
		}
		want := single.DeepCopy()
		want.SetName("attic-" + environment)
		for value, fields := range map[string][]string{
			"environments/" + environment: {"spec", "source", "path"},
			parameters["server"].(string): {"spec", "destination", "server"},
		} {
			if err := unstructured.SetNestedField(want.Object, value, fields...); err != nil {
				t.Fatal(err)
			}
		}
		var text bytes.Buffer
		if err := form.Execute(&text, parameters); err != nil {
			t.Fatal(err)
		}
		got := &unstructured.Unstructured{Object: map[string]any{}}
		if err := yaml.Unmarshal(text.Bytes(), &got.Object); err != nil {
			t.Fatal(err)
		}
		got.SetAPIVersion(single.GetAPIVersion())
		got.SetKind(single.GetKind())
		got.SetNamespace(set.GetNamespace())
		if diff := cmp.Diff(want.Object, got.Object); diff != "" {
			t.Errorf("the Application of %s (-documented +made):\n%s", environment, diff)
		}
	}
	if len(elements) == 0 {
		t.Error("it makes none")
	}
}

// accepted applies an object, into a namespace that is there.
func accepted(t *testing.T, c *cluster.Cluster, o *unstructured.Unstructured) error {
	t.Helper()
	o = o.DeepCopy()
	o.SetNamespace("default")
	_, err := c.Apply(t.Context(), o)
	return err
}

// testWrong: the definitions are not content with everything.
func testWrong(t *testing.T, c *cluster.Cluster) {
	for name, test := range map[string]struct {
		value  any
		fields []string
		want   string
	}{
		"unknown field":   {true, []string{"spec", "syncPolicy", "automated", "prunes"}, "spec.syncPolicy.automated.prunes: field not declared in schema"},
		"wrong type":      {"many", []string{"spec", "syncPolicy", "retry", "limit"}, "spec.syncPolicy.retry.limit: expected numeric"},
		"without project": {nil, []string{"spec", "project"}, "spec.project: Required value"},
	} {
		t.Run(name, func(t *testing.T) {
			o := documented.Section(t, "docs/gitops.md", "Argo CD")[0].Objects(t)[0].DeepCopy()
			o.SetName("wrong")
			if test.value == nil {
				unstructured.RemoveNestedField(o.Object, test.fields...)
			} else if err := unstructured.SetNestedField(o.Object, test.value, test.fields...); err != nil {
				t.Fatal(err)
			}
			if err := accepted(t, c, o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\ndoes not say %s", err, test.want)
			}
		})
	}
}
