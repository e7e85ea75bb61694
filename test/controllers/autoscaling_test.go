package controllers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// condition tells whether an autoscaler has a condition, for one of the reasons if
// there are any.
func (w *world) condition(ctx context.Context, hpa *unstructured.Unstructured, kind autoscalingv2.HorizontalPodAutoscalerConditionType, reasons ...string) error {
	got, err := w.client.AutoscalingV2().HorizontalPodAutoscalers(hpa.GetNamespace()).Get(ctx, hpa.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, c := range got.Status.Conditions {
		if c.Type != kind {
			continue
		}
		if c.Status != corev1.ConditionTrue || len(reasons) > 0 && !slices.Contains(reasons, c.Reason) {
			return fmt.Errorf("HorizontalPodAutoscaler %s/%s: %s is %s: %s: %s", got.Namespace, got.Name, kind, c.Status, c.Reason, c.Message)
		}
		return nil
	}
	return fmt.Errorf("HorizontalPodAutoscaler %s/%s: nobody knows yet if it is %s", got.Namespace, got.Name, kind)
}

// target is the Deployment that an autoscaler of a release is for.
func (r *release) target(hpa *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	ref, _, err := unstructured.NestedStringMap(hpa.Object, "spec", "scaleTargetRef")
	if err != nil {
		return nil, fmt.Errorf("HorizontalPodAutoscaler %s/%s: %w", hpa.GetNamespace(), hpa.GetName(), err)
	}
	for _, d := range r.all("Deployment") {
		if d.GetNamespace() == hpa.GetNamespace() && d.GetAPIVersion() == ref["apiVersion"] && d.GetKind() == ref["kind"] && d.GetName() == ref["name"] {
			return d, nil
		}
	}
	return nil, fmt.Errorf("HorizontalPodAutoscaler %s/%s: there is no %s %s of %s beside it", hpa.GetNamespace(), hpa.GetName(), ref["kind"], ref["name"], ref["apiVersion"])
}

// findsTarget tells whether an autoscaler reads and sets the scale of its target.
func (w *world) findsTarget(ctx context.Context, hpa *unstructured.Unstructured) error {
	return w.condition(ctx, hpa, autoscalingv2.AbleToScale)
}

// readsMetrics tells whether an autoscaler knows the present value of each of its
// metrics.
func (w *world) readsMetrics(ctx context.Context, hpa *unstructured.Unstructured) error {
	if err := w.condition(ctx, hpa, autoscalingv2.ScalingActive); err != nil {
		return err
	}
	got, err := w.client.AutoscalingV2().HorizontalPodAutoscalers(hpa.GetNamespace()).Get(ctx, hpa.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, metric := range got.Spec.Metrics {
		known := slices.ContainsFunc(got.Status.CurrentMetrics, func(s autoscalingv2.MetricStatus) bool {
			return s.Resource != nil && s.Resource.Name == metric.Resource.Name && s.Resource.Current.AverageUtilization != nil
		})
		if !known {
			return fmt.Errorf("HorizontalPodAutoscaler %s/%s: it does not know the present %s", got.Namespace, got.Name, metric.Resource.Name)
		}
	}
	return nil
}

// keepsReplicas tells whether applying a release again leaves a Deployment's
// replicas to its autoscaler.
func (w *world) keepsReplicas(ctx context.Context, r *release, deployment *unstructured.Unstructured) error {
	namespace, name := deployment.GetNamespace(), deployment.GetName()
	before, err := w.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := w.apply(ctx, r); err != nil {
		return err
	}
	after, err := w.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if *before.Spec.Replicas != *after.Spec.Replicas || before.Generation != after.Generation {
		return fmt.Errorf("Deployment %s/%s: applying it again changes its replicas from %d to %d", namespace, name, *before.Spec.Replicas, *after.Spec.Replicas)
	}
	for _, f := range after.ManagedFields {
		if f.Manager == cluster.Manager && strings.Contains(f.FieldsV1.GetRawString(), `"f:replicas"`) {
			return fmt.Errorf("Deployment %s/%s: its replicas are %s's, so that the autoscaler is in conflict", namespace, name, f.Manager)
		}
	}
	return nil
}

// testAutoscalers: each autoscaler of a release, which is rolled out, finds its
// Deployment, and GitOps leaves the replicas to it.
func (w *world) testAutoscalers(t *testing.T, r *release) {
	t.Helper()
	for _, hpa := range r.all("HorizontalPodAutoscaler") {
		d, err := r.target(hpa)
		if err != nil {
			t.Error(err)
			continue
		}
		cluster.Eventually(t, patience, func() error { return w.findsTarget(t.Context(), hpa) })
		if err := w.keepsReplicas(t.Context(), r, d); err != nil {
			t.Error(err)
		}
	}
}

// testAutoscaling: the API has more pods when it has more to do, by CPU and by
// memory, and fewer when it has less, and GitOps does not interfere.
func testAutoscaling(t *testing.T, w *world) {
	r := w.release(t, "production", "autoscaling")
	r.without("Job")
	d, hpa := r.one(t, "Deployment", "attic"), r.one(t, "HorizontalPodAutoscaler", "attic")
	w.mustApply(t, r)
	got, err := w.client.AppsV1().Deployments(d.GetNamespace()).Get(t.Context(), d.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	requests := got.Spec.Template.Spec.Containers[0].Resources.Requests
	// What one pod uses when it is as busy as it should be.
	cpu := requests.Cpu().MilliValue() * utilization(t, hpa, "cpu") / 100
	memory := requests.Memory().Value() * utilization(t, hpa, "memory") / 100

	l := &load{milliCPU: 2 * cpu, memoryBytes: memory}
	w.measure(t, got, l)
	has := func(replicas int32) {
		t.Helper()
		cluster.Eventually(t, patience, func() error { return w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), replicas) })
	}
	keeps := func() {
		t.Helper()
		if err := w.keepsReplicas(t.Context(), r, d); err != nil {
			t.Error(err)
		}
	}
	has(2)
	cluster.Eventually(t, patience, func() error { return w.findsTarget(t.Context(), hpa) })
	cluster.Eventually(t, patience, func() error { return w.readsMetrics(t.Context(), hpa) })

	l.set(4*cpu, memory)
	has(4)
	keeps()
	l.set(4*cpu, 5*memory)
	has(5)
	keeps()

	// As it is rendered it waits for five minutes to see if there is less to do for long.
	l.set(cpu, memory)
	cluster.Eventually(t, patience, func() error {
		return w.condition(t.Context(), hpa, autoscalingv2.AbleToScale, "ScaleDownStabilized")
	})
	has(5)
	set(t, hpa, int64(0), "spec", "behavior", "scaleDown", "stabilizationWindowSeconds")
	w.mustApply(t, r)
	// Two a minute may go, and those that came in that minute.
	cluster.Eventually(t, patience, func() error {
		err := w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), 3)
		if err != nil {
			err = w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), 2)
		}
		return err
	})
	keeps()
}

// utilization is the target of an autoscaler's metric, in percent.
func utilization(t *testing.T, hpa *unstructured.Unstructured, resource string) int64 {
	t.Helper()
	metrics, _, _ := unstructured.NestedSlice(hpa.Object, "spec", "metrics")
	for _, m := range metrics {
		name, _, _ := unstructured.NestedString(m.(map[string]any), "resource", "name")
		if percent, ok, _ := unstructured.NestedInt64(m.(map[string]any), "resource", "target", "averageUtilization"); ok && name == resource {
			return percent
		}
	}
	t.Fatalf("%s has no target for %s", hpa.GetName(), resource)
	return 0
}

// testLostTarget: autoscalers for something that is not there, or has another name.
func testLostTarget(t *testing.T, w *world) {
	for _, name := range w.names {
		r := w.release(t, name, "lost")
		for _, hpa := range r.all("HorizontalPodAutoscaler") {
			for field, value := range map[string]string{"name": "nobody", "kind": "StatefulSet", "apiVersion": "apps/v2"} {
				wrong := hpa.DeepCopy()
				set(t, wrong, value, "spec", "scaleTargetRef", field)
				_, err := r.target(wrong)
				if want := "HorizontalPodAutoscaler " + hpa.GetNamespace() + "/" + hpa.GetName() + ": there is no "; err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), value) {
					t.Errorf("the check does not say %s…%s: %v", want, value, err)
				}
			}
		}
	}
	r := w.release(t, "tuning", "lost")
	r.without("Job")
	hpa := r.all("HorizontalPodAutoscaler")[0]
	set(t, hpa, "nobody", "spec", "scaleTargetRef", "name")
	w.mustApply(t, r)
	refused(t, func() error { return w.findsTarget(t.Context(), hpa) },
		"HorizontalPodAutoscaler "+hpa.GetNamespace()+"/"+hpa.GetName()+": AbleToScale is False: FailedGetScale", `"nobody" not found`)
}

// testNoMetrics: an autoscaler that nobody measures for.
func testNoMetrics(t *testing.T, w *world) {
	r := w.release(t, "production", "no-metrics")
	r.without("Job")
	hpa := r.one(t, "HorizontalPodAutoscaler", "attic")
	w.mustApply(t, r)
	cluster.Eventually(t, patience, func() error { return w.findsTarget(t.Context(), hpa) })
	refused(t, func() error { return w.readsMetrics(t.Context(), hpa) },
		"HorizontalPodAutoscaler "+hpa.GetNamespace()+"/attic: ScalingActive is False: FailedGetResourceMetric")
}

// testFixedReplicas: a Deployment that says how many replicas it has, under an
// autoscaler that wants more.
func testFixedReplicas(t *testing.T, w *world) {
	r := w.release(t, "production", "fixed")
	r.without("Job")
	d, hpa := r.one(t, "Deployment", "attic"), r.one(t, "HorizontalPodAutoscaler", "attic")
	set(t, d, int64(2), "spec", "replicas")
	set(t, hpa, int64(4), "spec", "minReplicas")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	refused(t, func() error { return w.keepsReplicas(t.Context(), r, d) },
		"Deployment "+d.GetNamespace()+"/attic: applying it again changes its replicas from 4 to 2")
	set(t, hpa, int64(2), "spec", "minReplicas")
	// The autoscaler may raise them once more before it sees its new minimum.
	cluster.Eventually(t, patience, func() error {
		if err := w.apply(t.Context(), r); err != nil {
			return err
		}
		return w.rolledOut(t.Context(), d.GetNamespace(), d.GetName(), 2)
	})
	refused(t, func() error { return w.keepsReplicas(t.Context(), r, d) },
		"Deployment "+d.GetNamespace()+"/attic: its replicas are gitops's")
}

// testRenderedReplicas: a Deployment that says as many replicas as its autoscaler
// wants.
func testRenderedReplicas(t *testing.T, w *world) {
	r := w.release(t, "module-hpa-deployment", "rendered")
	d, err := r.target(r.all("HorizontalPodAutoscaler")[0])
	if err != nil {
		t.Fatal(err)
	}
	set(t, d, int64(r.replicas(d)), "spec", "replicas")
	w.mustApply(t, r)
	w.waitRolledOut(t, r)
	refused(t, func() error { return w.keepsReplicas(t.Context(), r, d) },
		"Deployment "+d.GetNamespace()+"/"+d.GetName()+": its replicas are gitops's")
}
