package controllers

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// podMetrics makes the API server keep what a metrics server would measure, for
// the autoscaler to read where it always does.
func podMetrics() []*apiextensionsv1.CustomResourceDefinition {
	return []*apiextensionsv1.CustomResourceDefinition{{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "pods.metrics.k8s.io",
			Annotations: map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"},
		},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "metrics.k8s.io",
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "pods", Kind: "PodMetrics"},
			Scope: apiextensionsv1.NamespaceScoped,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1beta1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{
					OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)},
				},
			}},
		},
	}}
}

// load is what a service has to do. Its pods share it.
type load struct {
	mu                    sync.Mutex
	milliCPU, memoryBytes int64
}

func (l *load) set(milliCPU, memoryBytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.milliCPU, l.memoryBytes = milliCPU, memoryBytes
}

// measure writes down what the pods of a Deployment use, until the test ends.
func (w *world) measure(t *testing.T, deployment *appsv1.Deployment, l *load) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done, known := make(chan struct{}), map[string]bool{}
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if err := w.measureOnce(ctx, deployment, l, known); err != nil && ctx.Err() == nil {
				t.Errorf("measuring: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
}

// measureOnce writes what known pods use before what new ones do: the autoscaler
// may look in between, and must never see more than there is to do.
func (w *world) measureOnce(ctx context.Context, deployment *appsv1.Deployment, l *load, known map[string]bool) error {
	pods, err := w.client.CoreV1().Pods(deployment.Namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(deployment.Spec.Selector)})
	if err != nil {
		return err
	}
	var ready []corev1.Pod
	for _, pod := range pods.Items {
		if isReady(&pod) {
			ready = append(ready, pod)
		}
	}
	slices.SortStableFunc(ready, func(a, b corev1.Pod) int {
		switch {
		case known[a.Name] == known[b.Name]:
			return 0
		case known[a.Name]:
			return -1
		}
		return 1
	})
	l.mu.Lock()
	milliCPU, memoryBytes := l.milliCPU, l.memoryBytes
	l.mu.Unlock()
	for _, pod := range ready {
		usage := map[string]any{
			"cpu":    fmt.Sprintf("%dm", milliCPU/int64(len(ready))),
			"memory": fmt.Sprint(memoryBytes / int64(len(ready))),
		}
		o := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics",
			"timestamp": time.Now().UTC().Format(time.RFC3339), "window": "10s",
			"containers": []any{map[string]any{"name": pod.Spec.Containers[0].Name, "usage": usage}},
		}}
		o.SetNamespace(pod.Namespace)
		o.SetName(pod.Name)
		o.SetLabels(pod.Labels)
		if _, err := w.Apply(ctx, o); err != nil {
			return err
		}
		known[pod.Name] = true
	}
	return nil
}
