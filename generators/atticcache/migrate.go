package atticcache

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

func (c cache) migrationOf() meta.Of {
	return meta.Of{Name: c.names.Migration(), App: appMigration, Component: "migration", Wave: meta.WaveMigration, Version: meta.ImageVersion(c.spec.Image)}
}

// migration brings the schema up to date before a new API serves: the API
// itself runs no migrations.
func (c cache) migration() []meta.Object {
	of, config := c.migrationOf(), c.migrationConfig()
	pod := c.atticPod(c.names.Migration(), "db-migrations", config, c.backgroundDatabase(), *c.spec.Migration.Resources)
	return []meta.Object{hardened.ServiceAccount(c.scope, of), config, job(c.scope, of, pod)}
}

// jobRetries covers the minutes that a new PostgreSQL cluster takes to come up:
// with the Job controller's back-off, which doubles from 10 seconds to at most
// 10 minutes, about an hour.
const jobRetries = 12

// job runs a pod once for each content of its template. A Job's template is
// immutable, so the name carries a digest of it; without a TTL the finished Job
// stays, and a GitOps controller does not run it again at every
// reconciliation.
func job(scope meta.Scope, of meta.Of, pod hardened.Pod) *batchv1.Job {
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
