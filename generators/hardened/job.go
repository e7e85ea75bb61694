package hardened

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// jobRetries covers the minutes that a new PostgreSQL cluster takes to come up:
// with the Job controller's back-off, which doubles from 10 seconds to at most
// 10 minutes, about an hour.
const jobRetries = 12

// Job runs a pod once for each content of its template. A Job's template is
// immutable, so the name carries a digest of it; without a TTL the finished Job
// stays, and a GitOps controller does not run it again at every
// reconciliation.
func Job(scope meta.Scope, of meta.Of, pod Pod) *batchv1.Job {
	of.Instance = of.Name
	// A pod that failed stays, and its log with it.
	pod.RestartPolicy = corev1.RestartPolicyNever
	spec := batchv1.JobSpec{
		BackoffLimit: new(int32(jobRetries)),
		Template:     pod.Template(scope, of),
	}
	var err error
	of.Name, of.Annotations, err = meta.Once(of.Name, spec)
	if err != nil {
		// Typed Kubernetes objects always marshal.
		panic(err)
	}
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: scope.Object(of),
		Spec:       spec,
	}
}
