package controllers

import (
	"context"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// release is an environment in namespaces of its own.
type release struct{ objects []*unstructured.Unstructured }

// release is a copy of an environment for namespaces with a suffix. What it takes
// for granted is added: such namespaces, as strict as rendered ones, service
// accounts and claims of others, and volumes.
func (w *world) release(t *testing.T, name, suffix string) *release {
	t.Helper()
	r := &release{}
	for _, o := range w.environments[name] {
		o = o.DeepCopy()
		if o.GetKind() == "Namespace" {
			o.SetName(o.GetName() + "-" + name + "-" + suffix)
		} else {
			o.SetNamespace(o.GetNamespace() + "-" + name + "-" + suffix)
		}
		r.objects = append(r.objects, o)
	}
	for _, o := range slices.Clone(r.objects) {
		namespace := o.GetNamespace()
		if namespace != "" {
			r.want("Namespace", "", namespace)
		}
		pod := podSpec(t, o)
		if pod == nil {
			continue
		}
		r.want("ServiceAccount", namespace, pod.ServiceAccountName)
		for _, v := range pod.Volumes {
			if v.PersistentVolumeClaim != nil {
				r.want("PersistentVolumeClaim", namespace, v.PersistentVolumeClaim.ClaimName)
			}
		}
	}
	for _, claim := range r.all("PersistentVolumeClaim") {
		r.objects = append(r.objects, volume(claim))
	}
	r.objects = workloads(r.objects)
	return r
}

// want adds an object of a kind, unless it is there.
func (r *release) want(kind, namespace, name string) {
	if slices.ContainsFunc(r.all(kind), func(o *unstructured.Unstructured) bool {
		return o.GetNamespace() == namespace && o.GetName() == name
	}) {
		return
	}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": kind}}
	o.SetNamespace(namespace)
	o.SetName(name)
	switch kind {
	case "Namespace":
		o.SetLabels(map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	case "PersistentVolumeClaim":
		o.Object["spec"] = map[string]any{
			"accessModes": []any{"ReadWriteMany"}, "storageClassName": "",
			"resources": map[string]any{"requests": map[string]any{"storage": "1Gi"}},
		}
	}
	r.objects = append(r.objects, o)
}

// volume is one for a claim, as a storage provider would make it.
func volume(claim *unstructured.Unstructured) *unstructured.Unstructured {
	modes, _, _ := unstructured.NestedSlice(claim.Object, "spec", "accessModes")
	size, _, _ := unstructured.NestedString(claim.Object, "spec", "resources", "requests", "storage")
	class, _, _ := unstructured.NestedString(claim.Object, "spec", "storageClassName")
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "PersistentVolume",
		"spec": map[string]any{
			"accessModes": modes, "capacity": map[string]any{"storage": size}, "storageClassName": class,
			"claimRef": map[string]any{"namespace": claim.GetNamespace(), "name": claim.GetName()},
			"hostPath": map[string]any{"path": "/volume"},
		},
	}}
	o.SetName(claim.GetNamespace() + "-" + claim.GetName())
	return o
}

// all are the objects of a kind.
func (r *release) all(kind string) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	for _, o := range r.objects {
		if o.GetKind() == kind {
			found = append(found, o)
		}
	}
	return found
}

// one is the object of a kind and name; without it the test makes no sense.
func (r *release) one(t *testing.T, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, o := range r.all(kind) {
		if o.GetName() == name {
			return o
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}

// without removes the objects of some kinds.
func (r *release) without(kinds ...string) {
	r.objects = slices.DeleteFunc(r.objects, func(o *unstructured.Unstructured) bool { return slices.Contains(kinds, o.GetKind()) })
}

// apply applies the objects, as a GitOps controller does every few minutes.
func (w *world) apply(ctx context.Context, r *release) error {
	for _, o := range r.objects {
		if _, err := w.Apply(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) mustApply(t *testing.T, r *release) {
	t.Helper()
	if err := w.apply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}
