package apply

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

// TestAPIServer is one test, so that all of it shares one server. Each part
// leaves nothing behind in it.
func TestAPIServer(t *testing.T) {
	environments := map[string][]*unstructured.Unstructured{}
	placeless := &exceptions{list: placeless()}
	definitions := crds.All(t)
	used := map[schema.GroupKind]bool{}
	for _, e := range rendered.Environments(t) {
		objects := defined(t, e.Name, e.Objects(t))
		placeless.place(e.Name, objects)
		if err := placeless.unneeded(e.Name); err != nil {
			t.Error(err)
		}
		environments[e.Name] = objects
		definitions = append(definitions, rendered.Definitions(t, objects)...)
		for _, object := range objects {
			used[object.GroupVersionKind().GroupKind()] = true
		}
	}
	s := &server{Cluster: cluster.New(t), environments: environments, definitions: only(definitions, used), unrestricted: &exceptions{list: unrestricted()}}
	if err := errors.Join(s.unrestricted.unknown(environments), placeless.unknown(environments)); err != nil {
		t.Error(err)
	}
	s.warnings = s.Warnings(t)
	s.Install(t, s.definitions)
	defer s.begin(t, restrictedNamespace(), storageClass())()

	t.Run("faults are found", s.testFaults)
	t.Run("pods that are refused", s.testRefusedPods)
	t.Run("pods that are not restricted", s.testUnrestricted)
	t.Run("environments", s.testEnvironments)
	t.Run("promotions", s.testPromotions)
	t.Run("changes", s.testChanges)
	t.Run("what was committed before", s.testHistory)
	t.Run("what does not go over it", s.testOver)
	t.Run("kubectl", s.testKubectl)
}

// storageClass is for all claims that name none.
func storageClass() *unstructured.Unstructured {
	class := named("storage.k8s.io/v1", "StorageClass", "disks")
	class.SetAnnotations(map[string]string{"storageclass.kubernetes.io/is-default-class": "true"})
	class.Object["provisioner"] = "example.com/disks"
	class.Object["allowVolumeExpansion"] = true
	return class
}

// server is an API server that knows every kind there is.
type server struct {
	*cluster.Cluster
	warnings     *cluster.Warnings
	environments map[string][]*unstructured.Unstructured
	definitions  []*apiextensionsv1.CustomResourceDefinition
	unrestricted *exceptions
}

// defined are the objects of what is named, but for those of kinds that no server
// knows.
func defined(t *testing.T, name string, all []*unstructured.Unstructured) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for _, object := range all {
		if reason := rendered.Undefined(object.GroupVersionKind().GroupKind()); reason != "" {
			t.Logf("skipped: %s of %s: %s", id(object), name, reason)
			continue
		}
		objects = append(objects, object)
	}
	return objects
}

// only are the definitions of kinds that are used, for each costs the server time,
// and one for each name: the first.
func only(definitions []*apiextensionsv1.CustomResourceDefinition, used map[schema.GroupKind]bool) []*apiextensionsv1.CustomResourceDefinition {
	seen := map[string]bool{}
	return slices.DeleteFunc(definitions, func(d *apiextensionsv1.CustomResourceDefinition) bool {
		again := seen[d.Name]
		seen[d.Name] = true
		return again || !used[schema.GroupKind{Group: d.Spec.Group, Kind: d.Spec.Names.Kind}]
	})
}

// begin applies objects that must be there first, and returns what removes them.
func (s *server) begin(t *testing.T, objects ...*unstructured.Unstructured) (end func()) {
	t.Helper()
	if _, err := s.apply(t, objects); err != nil {
		t.Fatal(err)
	}
	return func() { s.Remove(t, objects...) }
}

// apply applies objects in their order, as a controller does, and returns how they
// are then, and all errors and warnings.
func (s *server) apply(t *testing.T, objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	t.Helper()
	var applied []*unstructured.Unstructured
	var wrong []error
	for _, object := range objects {
		s.warnings.Take()
		now, err := s.Apply(t.Context(), object)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", id(object), err))
		}
		if err := s.warned(t, object.GetNamespace()); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", id(object), err))
		}
		if err == nil {
			now = s.settled(t, now)
		}
		applied = append(applied, now)
	}
	return applied, errors.Join(wrong...)
}

// warned are the server's warnings as errors. A namespace that asks for less than
// restricted is told of pods that are not: checkPods has the list of these.
func (s *server) warned(t *testing.T, namespace string) error {
	t.Helper()
	var wrong []error
	for _, text := range s.warnings.Take() {
		if level := s.level(t, namespace); strings.HasPrefix(text, "would violate PodSecurity") && level != restricted && level != "" {
			continue
		}
		wrong = append(wrong, errors.New("warning: "+text))
	}
	return errors.Join(wrong...)
}

// settled waits for what the server itself says of a definition, and says what
// their controllers would of some kinds. A status that is a default is not stored
// with the object, but with the first change after; and a claim must be bound
// before it can grow.
func (s *server) settled(t *testing.T, applied *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	resource, err := s.Resource(applied)
	if err != nil {
		t.Fatal(err)
	}
	now := applied
	switch applied.GetKind() {
	case "CustomResourceDefinition":
		s.Served(t, applied.GetName())
		now, err = s.Get(t.Context(), applied)
	case "PersistentVolumeClaim":
		size, _, _ := unstructured.NestedString(applied.Object, "spec", "resources", "requests", "storage")
		bound := []byte(`{"spec": {"volumeName": "volume-of-` + applied.GetName() + `"}, "status": {"phase": "Bound", "capacity": {"storage": "` + size + `"}}}`)
		if _, err = resource.Patch(t.Context(), applied.GetName(), types.MergePatchType, bound, controller()); err == nil {
			now, err = resource.Patch(t.Context(), applied.GetName(), types.MergePatchType, bound, controller(), "status")
		}
	case "HelmRelease", "HelmRepository":
		now, err = resource.UpdateStatus(t.Context(), applied, metav1.UpdateOptions{FieldManager: controller().FieldManager})
	}
	if err != nil {
		t.Fatalf("%s: %v", id(applied), err)
	}
	return now
}

// controller is who says what kubectl and Flux do not.
func controller() metav1.PatchOptions { return metav1.PatchOptions{FieldManager: "controller"} }

// again applies objects once more and returns what is not as it was: neither
// generation nor resource version may change, nor who owns which field since when.
func (s *server) again(t *testing.T, objects, before []*unstructured.Unstructured) error {
	t.Helper()
	after, err := s.apply(t, objects)
	wrong := []error{err}
	for i, object := range objects {
		if before[i] == nil || after[i] == nil {
			continue // Which has been said.
		}
		if !reflect.DeepEqual(before[i].Object, after[i].Object) {
			wrong = append(wrong, fmt.Errorf("%s changes when it is applied again: %s", id(object), cmp.Diff(before[i].Object, after[i].Object)))
		}
	}
	return errors.Join(wrong...)
}

// prerequisites are what objects need that somebody else makes: namespaces, and
// classes of priority.
func prerequisites(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	has := map[string]bool{"Namespace default": true, "Namespace kube-system": true}
	for _, object := range objects {
		has[object.GetKind()+" "+object.GetName()] = true
	}
	var needed []*unstructured.Unstructured
	need := func(apiVersion, kind, name string, more map[string]any) {
		if name == "" || has[kind+" "+name] {
			return
		}
		has[kind+" "+name] = true
		object := named(apiVersion, kind, name)
		maps.Copy(object.Object, more)
		needed = append(needed, object)
	}
	for _, object := range objects {
		need("v1", "Namespace", object.GetNamespace(), nil)
		for _, pod := range templates(object) {
			class, _, _ := unstructured.NestedString(pod.Object, "spec", "priorityClassName")
			if !strings.HasPrefix(class, "system-") {
				need("scheduling.k8s.io/v1", "PriorityClass", class, map[string]any{"value": int64(1000)})
			}
		}
	}
	return needed
}

// named is an object of the whole cluster that has nothing but a name.
func named(apiVersion, kind, name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetAPIVersion(apiVersion)
	object.SetKind(kind)
	object.SetName(name)
	return object
}

func id(object *unstructured.Unstructured) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s/%s", object.GetKind(), object.GetNamespace(), object.GetName()))
}
