package flux

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// The namespace of the sample.
const namespace = "nix-cache"

// testOrder: the committed environment becomes ready, stage after stage, and no
// stage before what it waits for.
func (f *flux) testOrder(t *testing.T, staging *stages) {
	revision := staging.publish(t, rendered.Root())
	f.apply(t, staging.database)
	f.apply(t, staging.cache)
	api := object("apps/v1", "Deployment", namespace, "attic")
	stillWaits := func(why string) {
		t.Helper()
		f.awaitReason(t, staging.cache, "DependencyNotReady")
		if err := f.absent(t.Context(), api); err != nil {
			t.Errorf("%s, and the next stage has begun: %v", why, err)
		}
	}

	// The operator says this from when it first sees the object. Until then Flux
	// takes it for ready, as everything that says nothing of itself.
	postgres := object("postgresql.cnpg.io/v1", "Cluster", namespace, "attic-pg")
	f.eventually(t, postgres)
	f.setStatus(t, postgres, map[string]any{"conditions": ready("False", "ClusterIsNotReady")})

	migration := f.only(t, object("batch/v1", "Job", namespace, ""))
	stillWaits("the Job has nowhere to run")

	f.Nodes(t, "zone-a", "zone-b", "zone-c")
	cluster.Eventually(t, patience, func() error {
		if status, _, message := condition(f.get(t, migration), "Complete"); status != "True" {
			return fmt.Errorf("Job %s is not complete: %s", migration.GetName(), message)
		}
		return nil
	})
	stillWaits("PostgreSQL is not ready")

	f.setStatus(t, postgres, map[string]any{"conditions": ready("True", "ClusterIsReady")})
	f.awaitReady(t, staging.database, revision)
	f.awaitReady(t, staging.cache, revision)
	if status, _, message := condition(f.get(t, api), "Available"); status != "True" {
		t.Errorf("the stage is ready, and the API is not available: %s", message)
	}
	f.hasApplied(t, staging.database, rendered.Root())
	f.hasApplied(t, staging.cache, rendered.Root())
}

// testDrift: what is as Git says stays untouched; what is not is put back; what
// Git leaves to others is left to them; and an object that is no longer followed
// stays.
func (f *flux) testDrift(t *testing.T, staging *stages) {
	api := object("apps/v1", "Deployment", namespace, "attic")
	cluster.Eventually(t, patience, func() error {
		if replicas, _, _ := unstructured.NestedInt64(f.get(t, api).Object, "spec", "replicas"); replicas != 2 {
			return fmt.Errorf("the autoscaler wants 2 replicas at least, and there are %d", replicas)
		}
		return nil
	})
	for _, k := range []*unstructured.Unstructured{staging.database, staging.cache} {
		before := f.inventory(t, k)
		f.reconcile(t, k)
		after := f.inventory(t, k)
		if diff := cmp.Diff(keys(before), keys(after)); diff != "" {
			t.Errorf("%s has another inventory (-before +after):\n%s", k.GetName(), diff)
		}
		for id, was := range before {
			if diff := cmp.Diff(written(was), written(after[id])); diff != "" {
				t.Errorf("%s was as Git says, and has been written (-before +after):\n%s", id, diff)
			}
		}
	}

	t.Run("is put back", func(t *testing.T) { f.testPutBack(t, staging, api) })

	t.Run("orphans", func(t *testing.T) {
		f.delete(t, staging.cache)
		cluster.Eventually(t, patience, func() error { return f.absent(t.Context(), staging.cache) })
		f.get(t, api)
	})
}

func (f *flux) testPutBack(t *testing.T, staging *stages, api *unstructured.Unstructured) {
	before := f.get(t, api)
	f.patch(t, api, `{"spec":{"replicas":3,"minReadySeconds":7,"template":{"spec":{"terminationGracePeriodSeconds":99}}}}`)
	service := object("v1", "Service", namespace, "attic")
	f.delete(t, service)
	budget := object("policy/v1", "PodDisruptionBudget", namespace, "attic")
	f.patch(t, budget, `{"metadata":{"labels":{"app.kubernetes.io/part-of":"something-else"}}}`)
	f.reconcile(t, staging.cache)

	f.get(t, service)
	if got := f.get(t, budget).GetLabels()["app.kubernetes.io/part-of"]; got != "attic" {
		t.Errorf("the label is still %q", got)
	}
	got := f.get(t, api)
	if cmp.Equal(written(before), written(got)) {
		t.Error("an object that has been written is not told from one that has not")
	}
	if grace, _, _ := unstructured.NestedInt64(got.Object, "spec", "template", "spec", "terminationGracePeriodSeconds"); grace != 60 {
		t.Errorf("the pods still have %d seconds to end", grace)
	}
	// Git says nothing of these.
	if replicas, _, _ := unstructured.NestedInt64(got.Object, "spec", "replicas"); replicas != 3 {
		t.Errorf("the autoscaler's replicas are %d now", replicas)
	}
	if seconds, _, _ := unstructured.NestedInt64(got.Object, "spec", "minReadySeconds"); seconds != 7 {
		t.Errorf("minReadySeconds are %d now", seconds)
	}
}

// written is an object without what is reported in it: whoever applies it again
// without need leaves a trace in the rest. An object that has no status must not
// have been written at all.
func written(o *unstructured.Unstructured) map[string]any {
	o = o.DeepCopy()
	if _, reports := o.Object["status"]; !reports {
		return o.Object
	}
	delete(o.Object, "status")
	o.SetResourceVersion("")
	var managed []metav1.ManagedFieldsEntry
	for _, entry := range o.GetManagedFields() {
		if entry.Subresource != "status" {
			managed = append(managed, entry)
		}
	}
	o.SetManagedFields(managed)
	return o.Object
}
