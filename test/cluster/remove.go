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
		if object.GetKind() == "CustomResourceDefinition" {
			c.removeDefinition(t, object.GetName())
			continue
		}
		left, err := c.remove(t.Context(), object)
		if err != nil {
			t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		if !left {
			continue
		}
		Eventually(t, startTimeout, func() error {
			got, err := c.Get(t.Context(), object)
			if apierrors.IsNotFound(err) {
				return nil
			}
			if err == nil {
				err = fmt.Errorf("%s %s is still there: %v", got.GetKind(), got.GetName(), got.GetFinalizers())
			}
			return err
		})
	}
}

// remove deletes an object and says whether it may take a while to go.
func (c *Cluster) remove(ctx context.Context, object *unstructured.Unstructured) (left bool, err error) {
	resource, err := c.Resource(object)
	if err != nil {
		return false, err
	}
	background := metav1.DeletePropagationBackground
	err = resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{PropagationPolicy: &background})
	var now *unstructured.Unstructured
	if err == nil {
		now, err = resource.Get(ctx, object.GetName(), metav1.GetOptions{})
	}
	if err == nil {
		if object.GetKind() == "Namespace" {
			unstructured.RemoveNestedField(now.Object, "spec", "finalizers")
			_, err = resource.Update(ctx, now, metav1.UpdateOptions{}, "finalize")
		} else {
			_, err = resource.Patch(ctx, object.GetName(), types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
		}
	}
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return true, err
}
