package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// jobOf is the only job that a CronJob has made.
func (w *world) jobOf(ctx context.Context, namespace, name string) (*batchv1.Job, error) {
	jobs, err := w.client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var made []*batchv1.Job
	unfinished := 0
	for i, job := range jobs.Items {
		if owner := metav1.GetControllerOf(&job); owner != nil && owner.Kind == "CronJob" && owner.Name == name {
			made = append(made, &jobs.Items[i])
			if job.Status.CompletionTime == nil {
				unfinished++
			}
		}
	}
	if len(made) != 1 {
		return nil, fmt.Errorf("CronJob %s/%s: it has made %d jobs, not one; %d of them run", namespace, name, len(made), unfinished)
	}
	return made[0], nil
}

// due makes a CronJob one whose time was some minutes ago, and comes again in a
// year.
func due(t *testing.T, cron *unstructured.Unstructured, minutes time.Duration) {
	t.Helper()
	if zone, _, _ := unstructured.NestedString(cron.Object, "spec", "timeZone"); zone != "Etc/UTC" {
		t.Fatalf("%s has time zone %q", cron.GetName(), zone)
	}
	at := time.Now().UTC().Add(-minutes * time.Minute)
	set(t, cron, fmt.Sprintf("%d %d %d %d *", at.Minute(), at.Hour(), at.Day(), int(at.Month())), "spec", "schedule")
}

// missed tells the controller that a CronJob last ran before its time came, so
// that it makes up for it.
func (w *world) missed(ctx context.Context, cron *unstructured.Unstructured) error {
	before := time.Now().UTC().Add(-30 * time.Minute).Format(time.RFC3339)
	patch, err := json.Marshal(map[string]any{"status": map[string]any{"lastScheduleTime": before}})
	if err != nil {
		return err
	}
	_, err = w.client.BatchV1().CronJobs(cron.GetNamespace()).
		Patch(ctx, cron.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

// testCronJob: when its time comes there is one job, which completes, and is not
// made twice for the same time.
func testCronJob(t *testing.T, w *world) {
	r := w.release(t, "cronjob-gc", "due")
	r.without("Deployment", "HorizontalPodAutoscaler", "Job")
	cron := r.one(t, "CronJob", "attic-gc")
	due(t, cron, 3)
	w.mustApply(t, r)
	if err := w.missed(t.Context(), cron); err != nil {
		t.Fatal(err)
	}
	namespace := cron.GetNamespace()
	var before run
	completed := func() error {
		job, err := w.jobOf(t.Context(), namespace, cron.GetName())
		if err == nil {
			before, err = w.ranOnce(t.Context(), namespace, job.Name)
		}
		return err
	}
	cluster.Eventually(t, patience, completed)
	first := before
	w.waitScheduled(t, cron)
	if err := w.missed(t.Context(), cron); err != nil {
		t.Fatal(err)
	}
	w.waitScheduled(t, cron)
	if err := completed(); err != nil || before != first {
		t.Errorf("it ran again, as %v after %v: %v", before, first, err)
	}
}

// waitScheduled waits until the controller has written down that it dealt with a
// time.
func (w *world) waitScheduled(t *testing.T, cron *unstructured.Unstructured) {
	t.Helper()
	cluster.Eventually(t, patience, func() error {
		got, err := w.client.BatchV1().CronJobs(cron.GetNamespace()).Get(t.Context(), cron.GetName(), metav1.GetOptions{})
		if err == nil && time.Since(got.Status.LastScheduleTime.Time) > 25*time.Minute {
			err = fmt.Errorf("CronJob %s/%s has not been looked at", cron.GetNamespace(), cron.GetName())
		}
		return err
	})
}

// testOverlap: while a job runs, the next is not started; unless the CronJob
// allows that, which is noticed.
func testOverlap(t *testing.T, w *world) {
	r := w.release(t, "cronjob-gc", "overlap")
	r.without("Deployment", "HorizontalPodAutoscaler", "Job")
	cron := r.one(t, "CronJob", "attic-gc")
	namespace := cron.GetNamespace()
	due(t, cron, 20)
	// No node is such, so its pod waits, and the job with it.
	set(t, cron, map[string]any{"example.com/planet": "mars"}, "spec", "jobTemplate", "spec", "template", "spec", "nodeSelector")
	w.mustApply(t, r)
	if err := w.missed(t.Context(), cron); err != nil {
		t.Fatal(err)
	}
	var first *batchv1.Job
	cluster.Eventually(t, patience, func() (err error) {
		first, err = w.jobOf(t.Context(), namespace, cron.GetName())
		return err
	})
	w.waitScheduled(t, cron)

	due(t, cron, 3)
	w.mustApply(t, r)
	if err := w.missed(t.Context(), cron); err != nil {
		t.Fatal(err)
	}
	cluster.Eventually(t, patience, func() error {
		events, err := w.client.CoreV1().Events(namespace).List(t.Context(), metav1.ListOptions{FieldSelector: "reason=JobAlreadyActive"})
		if err == nil && len(events.Items) == 0 {
			err = fmt.Errorf("CronJob %s/%s has not been held back yet", namespace, cron.GetName())
		}
		return err
	})
	if job, err := w.jobOf(t.Context(), namespace, cron.GetName()); err != nil || job.UID != first.UID {
		t.Errorf("a second job was made: %v", err)
	}

	set(t, cron, "Allow", "spec", "concurrencyPolicy")
	w.mustApply(t, r)
	refused(t, func() error { _, err := w.jobOf(t.Context(), namespace, cron.GetName()); return err },
		"CronJob "+namespace+"/attic-gc: it has made 2 jobs, not one; 2 of them run")
}
