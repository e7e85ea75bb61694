package flux

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

func (f *flux) apply(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	if _, err := f.Apply(t.Context(), object); err != nil {
		t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
	}
}

func (f *flux) get(t *testing.T, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	got, err := f.Get(t.Context(), object)
	if err != nil {
		t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
	}
	return got
}

// absent tells whether an object is not in the cluster, by an error if it is.
func (f *flux) absent(ctx context.Context, object *unstructured.Unstructured) error {
	_, err := f.Get(ctx, object)
	switch {
	case errors.IsNotFound(err):
		return nil
	case err == nil:
		return fmt.Errorf("%s %s is there", object.GetKind(), object.GetName())
	default:
		return err
	}
}

// object names one, to ask for it.
func object(apiVersion, kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion(apiVersion)
	o.SetKind(kind)
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

// condition of an object: its status, reason and message.
func condition(object *unstructured.Unstructured, name string) (status, reason, message string) {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, item := range conditions {
		c := &unstructured.Unstructured{Object: item.(map[string]any)}
		if text(c, "type") == name {
			return text(c, "status"), text(c, "reason"), text(c, "message")
		}
	}
	return "", "", ""
}

// text is a field of an object, or nothing.
func text(object *unstructured.Unstructured, fields ...string) string {
	value, _, _ := unstructured.NestedString(object.Object, fields...)
	return value
}

func set(t *testing.T, object *unstructured.Unstructured, value any, fields ...string) {
	t.Helper()
	if err := unstructured.SetNestedField(object.Object, value, fields...); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until an object is there.
func (f *flux) eventually(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	cluster.Eventually(t, patience, func() error {
		_, err := f.Get(t.Context(), object)
		return err
	})
}

// only waits until there is an object of a kind in a namespace, and returns it.
// There must not be two.
func (f *flux) only(t *testing.T, like *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	var found []unstructured.Unstructured
	cluster.Eventually(t, patience, func() error {
		found = f.list(t, like)
		if len(found) == 0 {
			return fmt.Errorf("there is no %s", like.GetKind())
		}
		return nil
	})
	if len(found) != 1 {
		t.Fatalf("there is not one %s in %s, but %d", like.GetKind(), like.GetNamespace(), len(found))
	}
	return &found[0]
}

func (f *flux) list(t *testing.T, like *unstructured.Unstructured) []unstructured.Unstructured {
	t.Helper()
	resource, err := f.Resource(like)
	if err != nil {
		t.Fatal(err)
	}
	found, err := resource.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return found.Items
}

// patch changes an object as somebody with an editor would.
func (f *flux) patch(t *testing.T, object *unstructured.Unstructured, patch string) {
	t.Helper()
	resource, err := f.Resource(object)
	if err != nil {
		t.Fatal(err)
	}
	options := metav1.PatchOptions{FieldManager: "somebody", FieldValidation: metav1.FieldValidationStrict}
	if _, err := resource.Patch(t.Context(), object.GetName(), types.MergePatchType, []byte(patch), options); err != nil {
		t.Fatal(err)
	}
}

func (f *flux) delete(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	resource, err := f.Resource(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := resource.Delete(t.Context(), object.GetName(), metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func keys(m map[string]*unstructured.Unstructured) []string { return slices.Sorted(maps.Keys(m)) }
