package controllers

import (
	"context"
	"fmt"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
)

// watchReady follows the pods of a Deployment from now on. What it returns ends
// that, and says how many were ready when the fewest were. It sees every change,
// however short.
func (w *world) watchReady(t *testing.T, deployment *unstructured.Unstructured) func() int {
	t.Helper()
	pods := w.client.CoreV1().Pods(deployment.GetNamespace())
	selector := w.selector(t, deployment)
	list, err := pods.List(t.Context(), metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		t.Fatal(err)
	}
	ready := map[string]bool{}
	for _, pod := range list.Items {
		if isReady(&pod) {
			ready[pod.Name] = true
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := pods.Watch(ctx, metav1.ListOptions{LabelSelector: selector, ResourceVersion: list.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	lowest, done := len(ready), make(chan struct{})
	go func() {
		defer close(done)
		for change := range changes.ResultChan() {
			pod, ok := change.Object.(*corev1.Pod)
			if !ok {
				return
			}
			delete(ready, pod.Name)
			if change.Type != watch.Deleted && isReady(pod) {
				ready[pod.Name] = true
			}
			lowest = min(lowest, len(ready))
		}
	}()
	return sync.OnceValue(func() int {
		select {
		case <-done:
			t.Errorf("watching the pods of %s ended early", deployment.GetName())
		default:
		}
		cancel()
		<-done
		return lowest
	})
}

// isReady tells whether a pod answers, and is to go on with it.
func isReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

// neverBelow tells whether enough pods were ready all the time.
func neverBelow(deployment *unstructured.Unstructured, lowest, promised int) error {
	if lowest < promised {
		return fmt.Errorf("Deployment %s/%s: only %d pods were ready at one time, and it promises %d",
			deployment.GetNamespace(), deployment.GetName(), lowest, promised)
	}
	return nil
}

// selector is of the pods of a Deployment.
func (w *world) selector(t *testing.T, deployment *unstructured.Unstructured) string {
	t.Helper()
	d, err := w.client.AppsV1().Deployments(deployment.GetNamespace()).Get(t.Context(), deployment.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return metav1.FormatLabelSelector(d.Spec.Selector)
}
