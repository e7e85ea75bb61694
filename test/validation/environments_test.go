package validation_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
	"gitlab.com/attic-cache/atticgen/test/validation"
)

// toleration is the one thing that is wrong with a file on purpose, and why.
type toleration struct{ fault, reason string }

func tolerated() map[string]toleration {
	return map[string]toleration{
		"golden/other-objects/want/environments/only/cache/configmap-settings.yaml": {
			"ConfigMap settings: metadata.namespace is missing: where it goes would be left to whoever applies it",
			"the case is about the warning that it has no namespace",
		},
	}
}

// excuses tells whether what was found is what is tolerated, and nothing beside it.
func (t toleration) excuses(err error) bool { return t.fault != "" && err.Error() == t.fault }

// fewest is a number of objects that tells that most were not overlooked.
const fewest = 1000

// TestEnvironments: Kubernetes takes every object of every environment, without a
// warning.
func TestEnvironments(t *testing.T) {
	t.Parallel()
	documents, definitions := environments(t)
	known := slices.Concat(crds.All(t), slices.Concat(definitions...))
	everywhere := validation.New(known...)
	wrong := tolerated()
	skipped := map[schema.GroupKind]int{}
	total := 0
	for i, e := range rendered.Environments(t) {
		validator := everywhere
		if len(definitions[i]) > 0 {
			validator = validation.New(append(slices.Clone(known), definitions[i]...)...)
		}
		validated, missing := 0, 0
		for _, d := range documents[i] {
			err := validator.Validate(d.Data)
			kind := d.Object.GroupVersionKind().GroupKind()
			switch {
			case errors.Is(err, validation.ErrNoValidator) && rendered.Undefined(kind) != "":
				skipped[kind]++
				missing++
				continue
			case err != nil && wrong[d.File].excuses(err):
				t.Logf("tolerated: %s: %v: %s", d.File, err, wrong[d.File].reason)
				delete(wrong, d.File)
			case err != nil:
				t.Errorf("%s: %v", d.File, err)
			}
			validated++
		}
		if validated == 0 && missing == 0 {
			t.Errorf("%s: no object was validated", e.Name)
		}
		total += validated
	}
	t.Logf("validated: %d objects", total)
	if total < fewest {
		t.Errorf("only %d objects were validated", total)
	}
	for kind, count := range skipped {
		t.Logf("skipped: %d of kind %s: %s", count, kind, rendered.Undefined(kind))
	}
	for kind := range rendered.WithoutDefinition() {
		if skipped[kind] == 0 {
			t.Errorf("there is no %s: take it off the list of kinds without a definition", kind)
		}
	}
	for file := range wrong {
		t.Errorf("%s is not wrong as it is expected to be: take it off the list of what is tolerated", file)
	}
}

// TestTolerated: a file that is wrong on purpose may not be wrong in another way.
func TestTolerated(t *testing.T) {
	t.Parallel()
	for file, toleration := range tolerated() {
		content, err := os.ReadFile(filepath.Join(rendered.Root(), filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, old, new, want string
			tolerated            bool
		}{
			{"as it is", "", "", "metadata.namespace is missing", true},
			{"another fault beside it", "name: settings", "name: Settings", `metadata.name: Invalid value: "Settings"`, false},
			{"another fault instead", "name: settings", "name: Settings\n  namespace: web", `metadata.name: Invalid value: "Settings"`, false},
			{"field that there is not", "\ndata:", "\nvalues: {}\ndata:", `unknown field "values"`, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				err := validation.New().Validate([]byte(strings.Replace(string(content), tt.old, tt.new, 1)))
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("%v, want %s", err, tt.want)
				}
				if got := toleration.excuses(err); got != tt.tolerated {
					t.Errorf("tolerated: %t, want %t: %v", got, tt.tolerated, err)
				}
			})
		}
	}
}

// TestAllOfThem: the files that are validated are the objects that a controller
// would apply.
func TestAllOfThem(t *testing.T) {
	t.Parallel()
	documents, _ := environments(t)
	for i, e := range rendered.Environments(t) {
		var files, built []string
		for _, d := range documents[i] {
			files = append(files, d.Object.GroupVersionKind().String()+" "+d.Object.GetName())
		}
		for _, object := range e.Objects(t) {
			built = append(built, object.GroupVersionKind().String()+" "+object.GetName())
		}
		slices.Sort(files)
		slices.Sort(built)
		if !slices.Equal(files, built) {
			t.Errorf("%s: the files hold %v, kustomize builds %v", e.Name, files, built)
		}
	}
}

// environments are the objects of each environment, and the definitions among
// them.
func environments(t *testing.T) (documents [][]rendered.Document, definitions [][]*apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	for _, e := range rendered.Environments(t) {
		all := e.Documents(t)
		var objects []*unstructured.Unstructured
		for _, d := range all {
			objects = append(objects, d.Object)
		}
		documents, definitions = append(documents, all), append(definitions, rendered.Definitions(t, objects))
	}
	return documents, definitions
}
