package atticcache

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// minimal is a spec with nothing but what is required; change may add to it.
func minimal(change func(*v1alpha1.AtticCacheSpec)) v1alpha1.AtticCache {
	c := v1alpha1.AtticCache{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindAtticCache,
		Metadata:   v1alpha1.Metadata{Name: "attic"},
		Spec: v1alpha1.AtticCacheSpec{
			Hostname: "nix-cache.example.com",
			Storage:  v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "nix-cache"},
		},
	}
	if change != nil {
		change(&c.Spec)
	}
	return c
}

func generate(t *testing.T, change func(*v1alpha1.AtticCacheSpec)) []meta.Object {
	t.Helper()
	objects, problems := Generate(minimal(change))
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return objects
}

// find is the object of a type whose name begins with prefix.
func find[T meta.Object](t *testing.T, objects []meta.Object, name string) T {
	t.Helper()
	for _, o := range objects {
		if typed, ok := o.(T); ok && o.GetName() == name {
			return typed
		}
	}
	var zero T
	t.Fatalf("there is no %T %s", zero, name)
	return zero
}

// job is the only Job whose name begins with prefix.
func findJob(t *testing.T, objects []meta.Object, prefix string) *batchv1.Job {
	t.Helper()
	for _, o := range objects {
		if j, ok := o.(*batchv1.Job); ok && len(j.Name) == len(prefix)+11 && j.Name[:len(prefix)] == prefix {
			return j
		}
	}
	t.Fatalf("there is no Job %s-…", prefix)
	return nil
}

// pods are the pod templates of all workloads by the workload's name.
func pods(objects []meta.Object) map[string]corev1.PodTemplateSpec {
	out := map[string]corev1.PodTemplateSpec{}
	for _, o := range objects {
		switch w := o.(type) {
		case *appsv1.Deployment:
			out[w.Name] = w.Spec.Template
		case *batchv1.Job:
			out[w.Name] = w.Spec.Template
		case *batchv1.CronJob:
			out[w.Name] = w.Spec.JobTemplate.Spec.Template
		}
	}
	return out
}
