package controllers

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// drain evicts a namespace's pods from a node, and returns when they are gone or
// when a disruption budget will never allow it. The node is to be cordoned.
func (w *world) drain(ctx context.Context, node, namespace string) error {
	pods := w.client.CoreV1().Pods(namespace)
	list, err := pods.List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
	if err != nil {
		return err
	}
	for _, pod := range list.Items {
		if pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		if err := w.evict(ctx, &pod); err != nil {
			return fmt.Errorf("draining %s: %w", node, err)
		}
	}
	return nil
}

func (w *world) evict(ctx context.Context, pod *corev1.Pod) error {
	pods := w.client.CoreV1().Pods(pod.Namespace)
	for {
		err := pods.EvictV1(ctx, &policyv1.Eviction{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
		})
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil && !apierrors.IsTooManyRequests(err) && !apierrors.IsConflict(err) {
			return err
		}
		if err := w.hopeless(ctx, pod); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hopeless tells whether a budget forbids to evict a pod though there is nothing
// left that could make it change its mind: all its pods are healthy.
func (w *world) hopeless(ctx context.Context, pod *corev1.Pod) error {
	budgets, err := w.client.PolicyV1().PodDisruptionBudgets(pod.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, budget := range budgets.Items {
		selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
		if err != nil {
			return err
		}
		s := budget.Status
		if selector.Matches(labels.Set(pod.Labels)) && s.ObservedGeneration == budget.Generation &&
			s.ExpectedPods > 0 && s.CurrentHealthy >= s.ExpectedPods && s.DisruptionsAllowed == 0 && len(s.DisruptedPods) == 0 {
			return fmt.Errorf("PodDisruptionBudget %s/%s never allows to evict Pod %s: it wants %d healthy pods, and there are %d",
				budget.Namespace, budget.Name, pod.Name, s.DesiredHealthy, s.CurrentHealthy)
		}
	}
	return nil
}

// testDrain: one node after the other is emptied, as for new versions of them. All
// pods can go, never too many at once, and all of them run on the others.
func testDrain(t *testing.T, w *world) {
	releases := []*release{w.release(t, "production", "drain"), w.release(t, "everything", "drain"), w.release(t, "production", "drain-many")}
	set(t, releases[2].one(t, "HorizontalPodAutoscaler", "attic"), int64(6), "spec", "minReplicas")
	for _, r := range releases {
		r.without("Job")
		w.mustApply(t, r)
	}

	for _, r := range releases {
		w.waitRolledOut(t, r)
	}
	evicted := map[string]int{}
	nodes, err := w.client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes.Items {
		w.patchNode(t, node.Name, map[string]any{"spec": map[string]any{"unschedulable": true}})
		for _, r := range releases {
			d, budget := r.guarded(t)
			least := w.desiredHealthy(t, budget, r.replicas(d))
			lowest := w.watchReady(t, d)
			evicted[d.GetNamespace()] += w.count(t, node.Name, d)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			if err := w.drain(ctx, node.Name, d.GetNamespace()); err != nil {
				t.Error(err)
			}
			cancel()
			w.waitRolledOut(t, r)
			if err := neverBelow(d, lowest(), least); err != nil {
				t.Error(err)
			}
			if left := w.count(t, node.Name, d); left > 0 {
				t.Errorf("%d pods of %s are on %s, which is drained", left, d.GetNamespace(), node.Name)
			}
		}
		w.patchNode(t, node.Name, map[string]any{"spec": map[string]any{"unschedulable": false}})
	}
	for _, r := range releases {
		d, _ := r.guarded(t)
		if n := evicted[d.GetNamespace()]; n < int(r.replicas(d)) {
			t.Errorf("only %d pods of %s were evicted from all nodes", n, d.GetNamespace())
		}
	}
}

// guarded is the Deployment of a release that has a disruption budget, and that.
func (r *release) guarded(t *testing.T) (deployment, budget *unstructured.Unstructured) {
	t.Helper()
	for _, d := range r.all("Deployment") {
		for _, b := range r.all("PodDisruptionBudget") {
			if d.GetName() == b.GetName() {
				return d, b
			}
		}
	}
	t.Fatal("no Deployment has a disruption budget")
	return nil, nil
}

// desiredHealthy is how many pods a budget keeps, when it has counted them.
func (w *world) desiredHealthy(t *testing.T, budget *unstructured.Unstructured, replicas int32) int {
	t.Helper()
	var least int32
	cluster.Eventually(t, patience, func() error {
		got, err := w.client.PolicyV1().PodDisruptionBudgets(budget.GetNamespace()).Get(t.Context(), budget.GetName(), metav1.GetOptions{})
		if err == nil && got.Status.ExpectedPods != replicas {
			err = fmt.Errorf("PodDisruptionBudget %s/%s is for %d pods, not %d", got.Namespace, got.Name, got.Status.ExpectedPods, replicas)
		}
		least = got.Status.DesiredHealthy
		return err
	})
	if least < 1 || least >= replicas {
		t.Fatalf("PodDisruptionBudget %s/%s keeps %d of %d pods", budget.GetNamespace(), budget.GetName(), least, replicas)
	}
	return int(least)
}

// count is how many pods of a Deployment are on a node.
func (w *world) count(t *testing.T, node string, deployment *unstructured.Unstructured) int {
	t.Helper()
	list, err := w.client.CoreV1().Pods(deployment.GetNamespace()).List(t.Context(), metav1.ListOptions{
		FieldSelector: "spec.nodeName=" + node, LabelSelector: w.selector(t, deployment),
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

// testBlockedDrain: a budget that keeps all replicas.
func testBlockedDrain(t *testing.T, w *world) {
	r := w.release(t, "production", "blocked")
	r.without("Job")
	d, budget := r.one(t, "Deployment", "attic"), r.one(t, "PodDisruptionBudget", "attic")
	unstructured.RemoveNestedField(budget.Object, "spec", "maxUnavailable")
	set(t, budget, int64(2), "spec", "minAvailable")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	node := w.nodeOf(t, d)
	w.patchNode(t, node, map[string]any{"spec": map[string]any{"unschedulable": true}})
	defer w.patchNode(t, node, map[string]any{"spec": map[string]any{"unschedulable": false}})
	refused(t, func() error { return w.drain(t.Context(), node, d.GetNamespace()) },
		"draining "+node, "PodDisruptionBudget "+d.GetNamespace()+"/attic never allows to evict Pod attic-", "it wants 2 healthy pods, and there are 2")
}

// nodeOf is a node that a pod of a Deployment is on.
func (w *world) nodeOf(t *testing.T, deployment *unstructured.Unstructured) string {
	t.Helper()
	list, err := w.client.CoreV1().Pods(deployment.GetNamespace()).List(t.Context(), metav1.ListOptions{LabelSelector: w.selector(t, deployment)})
	if err != nil || len(list.Items) == 0 {
		t.Fatalf("%s has no pods: %v", deployment.GetName(), err)
	}
	return list.Items[0].Spec.NodeName
}
