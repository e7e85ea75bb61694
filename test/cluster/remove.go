package cluster

import (
	"context"
	"fmt"
	"slices"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// Remove deletes objects, the last one first, and waits until they are gone. It
// does what controllers would do that do not run: finalizers are dropped, and
// namespaces, whose objects must be among these, are finalized. What is not there
// is no error.
func (c *Cluster) Remove(t testing.TB, objects ...*unstructured.Unstructured) {
	t.Helper()
	for _, object := range slices.Backward(objects) {
		if err := c.remove(t.Context(), object); err != nil && !apierrors.IsNotFound(err) {
			t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		Eventually(t, startTimeout, func() error {
			left, err := c.Get(t.Context(), object)
			if apierrors.IsNotFound(err) {
				return nil
			}
			if err == nil {
				err = fmt.Errorf("%s %s is still there: %v", left.GetKind(), left.GetName(), left.GetFinalizers())
			}
			return err
		})
	}
}

func (c *Cluster) remove(ctx context.Context, object *unstructured.Unstructured) error {
	resource, err := c.Resource(object)
	if err != nil {
		return err
	}
	background := metav1.DeletePropagationBackground
	if err := resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{PropagationPolicy: &background}); err != nil {
		return err
	}
	switch object.GetKind() {
	case "CustomResourceDefinition":
		// The API server itself removes the objects and then its finalizer.
		return nil
	case "Namespace":
		left, err := resource.Get(ctx, object.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		unstructured.RemoveNestedField(left.Object, "spec", "finalizers")
		_, err = resource.Update(ctx, left, metav1.UpdateOptions{}, "finalize")
		return err
	}
	_, err = resource.Patch(ctx, object.GetName(), types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	return err
}
