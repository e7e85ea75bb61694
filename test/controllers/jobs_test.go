package controllers

import (
	"context"
	"fmt"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// run is one execution of a job.
type run struct{ job, pod types.UID }

// ranOnce is the execution of a job that has completed, with a single pod.
func (w *world) ranOnce(ctx context.Context, namespace, name string) (run, error) {
	job, err := w.client.BatchV1().Jobs(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return run{}, err
	}
	pods, err := w.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
	if err != nil {
		return run{}, err
	}
	complete := false
	for _, c := range job.Status.Conditions {
		complete = complete || c.Type == batchv1.JobComplete && c.Status == corev1.ConditionTrue
	}
	if !complete || job.Status.Succeeded != 1 || job.Status.Failed != 0 || len(pods.Items) != 1 {
		return run{}, fmt.Errorf("Job %s/%s: it has not run once: %d pods, %d succeeded, %d failed, Complete: %t",
			namespace, name, len(pods.Items), job.Status.Succeeded, job.Status.Failed, complete)
	}
	return run{job: job.UID, pod: pods.Items[0].UID}, nil
}

// notAgain tells whether a job that has run stays as it is when it is applied
// again.
func (w *world) notAgain(ctx context.Context, job *unstructured.Unstructured, before run) error {
	if _, err := w.Apply(ctx, job); err != nil {
		return err
	}
	after, err := w.ranOnce(ctx, job.GetNamespace(), job.GetName())
	if err == nil && after != before {
		err = fmt.Errorf("Job %s/%s: it has run again, as %v after %v", job.GetNamespace(), job.GetName(), after, before)
	}
	return err
}

// testJobs: every job runs once, and not again when it is applied again.
func testJobs(t *testing.T, w *world, r *release) {
	t.Helper()
	runs := map[string]run{}
	for _, job := range r.all("Job") {
		cluster.Eventually(t, patience, func() (err error) {
			runs[job.GetName()], err = w.ranOnce(t.Context(), job.GetNamespace(), job.GetName())
			return err
		})
	}
	w.mustApply(t, r)
	for _, job := range r.all("Job") {
		if err := w.notAgain(t.Context(), job, runs[job.GetName()]); err != nil {
			t.Error(err)
		}
	}
}

// testTwice: a job with two pods.
func testTwice(t *testing.T, w *world) {
	r := w.release(t, "production", "twice")
	r.without("Deployment", "HorizontalPodAutoscaler")
	job := r.all("Job")[0]
	set(t, job, int64(2), "spec", "completions")
	w.mustApply(t, r)
	refused(t, func() error { _, err := w.ranOnce(t.Context(), job.GetNamespace(), job.GetName()); return err },
		"Job "+job.GetNamespace()+"/attic-migrate-", "it has not run once: 2 pods, 2 succeeded")
}

// testRemoved: a job that is removed once it is complete runs whenever it is
// applied.
func testRemoved(t *testing.T, w *world) {
	r := w.release(t, "production", "removed")
	r.without("Deployment", "HorizontalPodAutoscaler")
	job := r.all("Job")[0]
	w.mustApply(t, r)
	var before run
	cluster.Eventually(t, patience, func() (err error) {
		before, err = w.ranOnce(t.Context(), job.GetNamespace(), job.GetName())
		return err
	})
	set(t, job, int64(0), "spec", "ttlSecondsAfterFinished")
	w.mustApply(t, r)
	cluster.Eventually(t, patience, func() error {
		_, err := w.Get(t.Context(), job)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("Job %s is still there: %w", job.GetName(), err)
	})
	unstructured.RemoveNestedField(job.Object, "spec", "ttlSecondsAfterFinished")
	refused(t, func() error { return w.notAgain(t.Context(), job, before) },
		"Job "+job.GetNamespace()+"/attic-migrate-", "it has run again")
}
