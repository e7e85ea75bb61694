package objectstore

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/crossplane"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// definitions is where the provider's custom resource definitions are put
// beside a checkout. They are not part of the project.
var definitions = filepath.Join("..", "..", "..", "shared", "crds")

func generate(t *testing.T, change func(*v1alpha1.ObjectStoreKindSpec)) []meta.Object {
	t.Helper()
	spec := v1alpha1.ObjectStore{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindObjectStore,
		Metadata:   v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"},
		Spec: v1alpha1.ObjectStoreKindSpec{
			ObjectStoreSpec: v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "nix-cache"},
			Placement:       v1alpha1.Placement{Namespace: &v1alpha1.Namespace{Create: new(false)}},
		},
	}
	if change != nil {
		change(&spec.Spec)
	}
	objects, problems := GenerateAlone(spec)
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return objects
}

func byCrossplane(s *v1alpha1.ObjectStoreKindSpec) {
	s.Provisioning = &v1alpha1.BucketProvisioning{Mode: ModeCrossplane}
}

func kinds(objects []meta.Object) []string {
	var names []string
	for _, o := range objects {
		names = append(names, o.GetObjectKind().GroupVersionKind().Kind)
	}
	return names
}

func TestCrossplaneKinds(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.ObjectStoreKindSpec)
		want   []string
	}{
		"everything": {func(*v1alpha1.ObjectStoreKindSpec) {}, []string{
			"Bucket", "BucketVersioning", "BucketServerSideEncryptionConfiguration", "BucketLifecycleConfiguration", "BucketPublicAccessBlock",
		}},
		"nothing but the bucket": {func(s *v1alpha1.ObjectStoreKindSpec) {
			s.Versioning, s.Encryption = new(false), EncryptionNone
			s.Lifecycle = &v1alpha1.BucketLifecycle{OldVersionsDays: new(int32(0)), InfrequentAccessDays: new(int32(0)), AbortIncompleteUploadsDays: new(int32(0))}
			s.Provisioning.Crossplane = &v1alpha1.BucketCrossplane{BlockPublicAccess: new(false)}
		}, []string{"Bucket"}},
	} {
		got := kinds(generate(t, func(s *v1alpha1.ObjectStoreKindSpec) {
			byCrossplane(s)
			tt.change(s)
		}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestCrossplaneKeepsBuckets: nothing that is generated may be deleted in the
// store because its object is deleted in the cluster.
func TestCrossplaneKeepsBuckets(t *testing.T) {
	for _, o := range generate(t, byCrossplane) {
		spec := fields(t, o)["spec"].(map[string]any)
		policies, _ := spec["managementPolicies"].([]any)
		if len(policies) == 0 || slices.Contains(policies, any("*")) || slices.Contains(policies, any("Delete")) {
			t.Errorf("%T: managementPolicies %v", o, policies)
		}
	}
}

// TestCrossplaneDefinitions holds the objects to the provider's own schemas.
func TestCrossplaneDefinitions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(definitions, "s3.aws.m.upbound.io_*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("there are no definitions of s3.aws.m.upbound.io in %s", definitions)
	}
	schemas := map[string]schema{}
	for _, file := range files {
		var definition struct {
			Spec struct {
				Group    string
				Scope    string
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Schema struct{ OpenAPIV3Schema schema }
				}
			}
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, &definition); err != nil {
			t.Fatal(err)
		}
		if definition.Spec.Scope != "Namespaced" {
			t.Errorf("%s is not namespaced", definition.Spec.Names.Kind)
		}
		for _, v := range definition.Spec.Versions {
			schemas[definition.Spec.Group+"/"+v.Name+" "+definition.Spec.Names.Kind] = v.Schema.OpenAPIV3Schema
		}
	}
	objects := generate(t, byCrossplane)
	if len(objects) != 5 {
		t.Errorf("%d objects", len(objects))
	}
	for _, o := range objects {
		gvk := o.GetObjectKind().GroupVersionKind()
		of, ok := schemas[crossplane.APIVersion+" "+gvk.Kind]
		if !ok {
			t.Errorf("there is no definition of %s", gvk)
		}
		content := fields(t, o)
		delete(content, "metadata") // Kubernetes' own.
		for _, problem := range of.check(gvk.Kind, content) {
			t.Error(problem)
		}
	}
}

func fields(t *testing.T, o meta.Object) map[string]any {
	t.Helper()
	content, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(content, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// schema is the part of OpenAPI that these definitions use.
type schema struct {
	Type                 string
	Enum                 []any
	Required             []string
	Properties           map[string]schema
	AdditionalProperties *schema
	Items                *schema
}

// check lists what a value has that the schema does not, and what it lacks.
func (s schema) check(path string, value any) []string {
	var problems []string
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		problems = append(problems, fmt.Sprintf("%s is %v, not one of %v", path, value, s.Enum))
	}
	switch v := value.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				problems = append(problems, path+"."+name+" is missing")
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			of, ok := s.Properties[name]
			if !ok && s.AdditionalProperties != nil {
				of, ok = *s.AdditionalProperties, true
			}
			if !ok {
				problems = append(problems, path+"."+name+" is not known")
				continue
			}
			problems = append(problems, of.check(path+"."+name, v[name])...)
		}
	case []any:
		if s.Items == nil {
			return append(problems, path+" is a list")
		}
		for i, item := range v {
			problems = append(problems, s.Items.check(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	}
	if want := map[string]bool{"object": is[map[string]any](value), "array": is[[]any](value), "string": is[string](value), "boolean": is[bool](value), "number": is[float64](value), "integer": is[float64](value)}; !want[s.Type] {
		problems = append(problems, fmt.Sprintf("%s is a %T and not of type %q", path, value, s.Type))
	}
	return problems
}

func is[T any](value any) bool {
	_, ok := value.(T)
	return ok
}

func TestSchemaCheck(t *testing.T) {
	s := schema{Type: "object", Required: []string{"region"}, Properties: map[string]schema{
		"region": {Type: "string"},
		"rule":   {Type: "array", Items: &schema{Type: "object", Properties: map[string]schema{"days": {Type: "number"}}}},
		"kind":   {Type: "string", Enum: []any{"A"}},
	}}
	got := s.check("x", map[string]any{"rule": []any{map[string]any{"days": "30", "when": 1.0}}, "kind": "B"})
	want := []string{
		"x.region is missing",
		"x.kind is B, not one of [A]",
		`x.rule[0].days is a string and not of type "number"`,
		"x.rule[0].when is not known",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
