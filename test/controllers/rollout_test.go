package controllers

import (
	"context"
	"errors"
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// rolledOut tells whether a Deployment is all there: every replica in its newest
// version and ready.
func (w *world) rolledOut(ctx context.Context, namespace, name string, replicas int32) error {
	d, err := w.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	fails := func(format string, args ...any) error {
		return fmt.Errorf("Deployment %s/%s: %s", namespace, name, fmt.Sprintf(format, args...))
	}
	if d.Status.ObservedGeneration != d.Generation {
		return fails("its controller has seen generation %d of %d", d.Status.ObservedGeneration, d.Generation)
	}
	available := false
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			return fails("%s: %s", c.Reason, c.Message)
		}
		available = available || c.Type == appsv1.DeploymentAvailable && c.Status == corev1.ConditionTrue
	}
	if *d.Spec.Replicas != replicas {
		return fails("it wants %d replicas, not %d", *d.Spec.Replicas, replicas)
	}
	s := d.Status
	if s.Replicas != replicas || s.UpdatedReplicas != replicas || s.ReadyReplicas != replicas || s.AvailableReplicas != replicas || !available {
		return fails("of %d replicas there are %d, %d of the newest version, %d ready, %d available; Available: %t",
			replicas, s.Replicas, s.UpdatedReplicas, s.ReadyReplicas, s.AvailableReplicas, available)
	}
	return nil
}

// replicas are how many a Deployment is to have: the least that its autoscaler
// allows, or what it says itself.
func (r *release) replicas(deployment *unstructured.Unstructured) int32 {
	for _, hpa := range r.all("HorizontalPodAutoscaler") {
		if target, err := r.target(hpa); err == nil && target == deployment {
			least, _, _ := unstructured.NestedInt64(hpa.Object, "spec", "minReplicas")
			return int32(least)
		}
	}
	if n, ok, _ := unstructured.NestedInt64(deployment.Object, "spec", "replicas"); ok {
		return int32(n)
	}
	return 1
}

// waitRolledOut waits until all Deployments of a release are.
func (w *world) waitRolledOut(t *testing.T, r *release) {
	t.Helper()
	if len(r.all("Deployment")) == 0 {
		t.Fatal("there is no Deployment")
	}
	for _, d := range r.all("Deployment") {
		cluster.Eventually(t, patience, func() error {
			err := w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), r.replicas(d))
			if err != nil {
				// This may be why.
				err = errors.Join(err, w.scheduled(t.Context(), d.GetNamespace()))
			}
			return err
		})
	}
}

// testOneNode: a cluster with a single node has all that is rendered, no pod waits
// for another node, autoscalers have what they scale, and jobs run once.
func testOneNode(t *testing.T, w *world, r *release) {
	t.Parallel()
	for _, hpa := range r.all("HorizontalPodAutoscaler") {
		if _, err := r.target(hpa); err != nil {
			t.Fatal(err)
		}
	}
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	w.testAutoscalers(t, r)
	for _, namespace := range r.all("Namespace") {
		if err := w.scheduled(t.Context(), namespace.GetName()); err != nil {
			t.Error(err)
		}
	}
	testJobs(t, w, r)
}

// testNextVersion: another image rolls out, and at no time are fewer pods ready
// than the Deployment and its disruption budget promise.
func testNextVersion(t *testing.T, w *world, r *release) {
	t.Parallel()
	next := &release{}
	for _, o := range r.all("Deployment") {
		o = o.DeepCopy()
		setImage(t, o, "next")
		next.objects = append(next.objects, o)
	}
	lowest := map[string]func() int{}
	for _, d := range next.all("Deployment") {
		lowest[d.GetName()] = w.watchReady(t, d)
	}
	w.mustApply(t, next)
	w.waitRolledOut(t, &release{objects: append(next.objects, r.all("HorizontalPodAutoscaler")...)})
	for _, d := range next.all("Deployment") {
		least := w.promised(t, d)
		if err := neverBelow(d, lowest[d.GetName()](), least); err != nil {
			t.Error(err)
		}
		if err := w.spread(t.Context(), d.GetNamespace(), d.GetName()); err != nil {
			t.Error(err)
		}
	}
}

// testNextVersions: with a replica for each zone, there is one in each zone after
// every rollout, too.
func testNextVersions(t *testing.T, w *world) {
	r := w.release(t, "production", "versions")
	r.without("Job")
	d := r.one(t, "Deployment", "attic")
	set(t, r.one(t, "HorizontalPodAutoscaler", "attic"), int64(3), "spec", "minReplicas")
	for version := range 6 {
		setImage(t, d, fmt.Sprint(version))
		w.mustApply(t, r)
		w.waitRolledOut(t, r)
		if err := w.spread(t.Context(), d.GetNamespace(), d.GetName()); err != nil {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func setImage(t *testing.T, deployment *unstructured.Unstructured, version string) {
	t.Helper()
	containers, _, err := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	if err != nil || len(containers) == 0 {
		t.Fatalf("%s has no containers: %v", deployment.GetName(), err)
	}
	containers[0].(map[string]any)["image"] = "registry.example.com/attic:" + version
	set(t, deployment, containers, "spec", "template", "spec", "containers")
}

// promised is how many pods of a Deployment are ready at any time of a rollout.
func (w *world) promised(t *testing.T, deployment *unstructured.Unstructured) int {
	t.Helper()
	d, err := w.client.AppsV1().Deployments(deployment.GetNamespace()).Get(t.Context(), deployment.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		return 0
	}
	gone, err := intstr.GetScaledValueFromIntOrPercent(d.Spec.Strategy.RollingUpdate.MaxUnavailable, int(*d.Spec.Replicas), false)
	if err != nil {
		t.Fatal(err)
	}
	return int(*d.Spec.Replicas) - gone
}

// testFailingRollouts: Deployments whose pods are not admitted.
func testFailingRollouts(t *testing.T, w *world) {
	r := w.release(t, "production", "failing")
	r.without("Job", "HorizontalPodAutoscaler")
	stranger, root := r.one(t, "Deployment", "attic"), r.one(t, "Deployment", "attic-gc")
	set(t, stranger, "nobody", "spec", "template", "spec", "serviceAccountName")
	set(t, root, true, "spec", "template", "spec", "hostNetwork")
	w.mustApply(t, r)
	refused(t, func() error { return w.rolledOut(t.Context(), stranger.GetNamespace(), stranger.GetName(), 1) },
		"Deployment "+stranger.GetNamespace()+"/attic: FailedCreate", `serviceaccount "nobody" not found`)
	refused(t, func() error { return w.rolledOut(t.Context(), root.GetNamespace(), root.GetName(), 1) },
		"Deployment "+root.GetNamespace()+"/attic-gc: FailedCreate", `violates PodSecurity "restricted`, "hostNetwork=true")
}

// testStoppingVersion: a strategy that stops the old version before it starts the
// new one leaves nobody to answer.
func testStoppingVersion(t *testing.T, w *world) {
	r := w.release(t, "production", "stopping")
	r.without("Job")
	d := r.one(t, "Deployment", "attic")
	set(t, d, map[string]any{"type": "Recreate"}, "spec", "strategy")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	lowest := w.watchReady(t, d)
	setImage(t, d, "next")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	refused(t, func() error { return neverBelow(d, lowest(), 2) },
		"Deployment "+d.GetNamespace()+"/attic: only 0 pods were ready", "promises 2")
}
