package controllers

import (
	"context"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// scheduled tells whether every pod of a namespace has got a node.
func (w *world) scheduled(ctx context.Context, namespace string) error {
	pods, err := w.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, pod := range pods.Items {
		if pod.Spec.NodeName != "" {
			continue
		}
		why := "the scheduler has not looked at it"
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodScheduled {
				why = c.Reason + ": " + c.Message
			}
		}
		return fmt.Errorf("Pod %s/%s is Pending: %s", namespace, pod.Name, why)
	}
	return nil
}

// spread tells whether the pods of a Deployment stand as its constraints ask,
// preferred ones too: there is room enough in these tests.
func (w *world) spread(ctx context.Context, namespace, name string) error {
	d, err := w.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	list, err := w.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
	if err != nil {
		return err
	}
	pods := slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return !isReady(&p) })
	nodes, err := w.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	spec := d.Spec.Template.Spec
	for _, s := range spec.TopologySpreadConstraints {
		counts := domains(pods, nodes.Items, s.TopologyKey)
		if fewest, most := extremes(counts); most-fewest > int(s.MaxSkew) {
			return fmt.Errorf("Deployment %s/%s: its pods are spread over %s as %v, with more than %d between the most and the fewest",
				namespace, name, s.TopologyKey, counts, s.MaxSkew)
		}
	}
	if spec.Affinity == nil || spec.Affinity.PodAntiAffinity == nil {
		return nil
	}
	for _, term := range spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution {
		key := term.PodAffinityTerm.TopologyKey
		counts := domains(pods, nodes.Items, key)
		if _, most := extremes(counts); most > 1 && len(pods) <= len(counts) {
			return fmt.Errorf("Deployment %s/%s: its pods stand together, though there is %s for each: %v", namespace, name, key, counts)
		}
	}
	return nil
}

// domains are how many pods stand where.
func domains(pods []corev1.Pod, nodes []corev1.Node, key string) map[string]int {
	counts, of := map[string]int{}, map[string]string{}
	for _, node := range nodes {
		if value, ok := node.Labels[key]; ok {
			counts[value], of[node.Name] = 0, value
		}
	}
	for _, pod := range pods {
		counts[of[pod.Spec.NodeName]]++
	}
	return counts
}

func extremes(counts map[string]int) (fewest, most int) {
	fewest = -1
	for _, n := range counts {
		most = max(most, n)
		if fewest < 0 || n < fewest {
			fewest = n
		}
	}
	return max(fewest, 0), most
}

// testSpread: pods that are made where there are three zones stand in all of them.
func testSpread(t *testing.T, w *world, r *release) {
	t.Parallel()
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	for _, d := range r.all("Deployment") {
		if err := w.spread(t.Context(), d.GetNamespace(), d.GetName()); err != nil {
			t.Error(err)
		}
	}
}

// testNoRoom: pods that are to be spread over something that no node has.
func testNoRoom(t *testing.T, w *world) {
	r := w.release(t, "production", "no-room")
	r.without("Job")
	d := r.one(t, "Deployment", "attic")
	labels, _, _ := unstructured.NestedMap(d.Object, "spec", "template", "metadata", "labels")
	set(t, d, []any{map[string]any{
		"maxSkew": int64(1), "topologyKey": "example.com/planet", "whenUnsatisfiable": "DoNotSchedule",
		"labelSelector": map[string]any{"matchLabels": labels},
	}}, "spec", "template", "spec", "topologySpreadConstraints")
	w.mustApply(t, r)
	refused(t, func() error { return w.scheduled(t.Context(), d.GetNamespace()) },
		"Pod "+d.GetNamespace()+"/attic-", "is Pending: Unschedulable", "didn't match pod topology spread constraints")
	refused(t, func() error { return w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), 2) },
		"Deployment "+d.GetNamespace()+"/attic: of 2 replicas there are 2, 2 of the newest version, 0 ready")
}

// testPinned: pods that are kept in one zone, and pods on one node.
func testPinned(t *testing.T, w *world) {
	r := w.release(t, "production", "pinned")
	r.without("Job")
	d := r.one(t, "Deployment", "attic")
	set(t, d, map[string]any{corev1.LabelTopologyZone: "a"}, "spec", "template", "spec", "nodeSelector")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	refused(t, func() error { return w.spread(t.Context(), d.GetNamespace(), d.GetName()) },
		"Deployment "+d.GetNamespace()+"/attic", corev1.LabelTopologyZone, "map[a:2 b:0 c:0]")
	set(t, d, []any{}, "spec", "template", "spec", "topologySpreadConstraints")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	refused(t, func() error { return w.spread(t.Context(), d.GetNamespace(), d.GetName()) },
		"Deployment "+d.GetNamespace()+"/attic: its pods stand together", corev1.LabelHostname)
}
