package atticcache

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

func (c cache) gcOf() meta.Of {
	return meta.Of{Name: c.names.GC(), App: appGC, Component: "garbage-collector", Wave: meta.WaveServing, Version: meta.ImageVersion(c.spec.Image)}
}

func (c cache) garbageCollector() []meta.Object {
	account := hardened.ServiceAccount(c.scope, c.gcOf())
	if c.spec.GC.Mode == ModeCronJob {
		return []meta.Object{account, c.gcCronJob()}
	}
	return []meta.Object{account, c.gcDeployment()}
}

func (c cache) gcDeployment() *appsv1.Deployment {
	pod := c.atticPod(c.names.GC(), "garbage-collector", c.servingConfig(), c.backgroundDatabase(), c.publicKey(), *c.spec.GC.Resources)
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: c.scope.Object(c.gcOf()),
		Spec: appsv1.DeploymentSpec{
			Replicas:             new(int32(1)),
			RevisionHistoryLimit: new(int32(3)),
			Selector:             &metav1.LabelSelector{MatchLabels: naming.Selector(appGC, c.names.GC())},
			// Never two collectors at once.
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType},
			Template: pod.Template(c.scope, c.gcOf()),
		},
	}
}

func (c cache) gcCronJob() *batchv1.CronJob {
	pod := c.atticPod(c.names.GC(), "garbage-collector-once", c.servingConfig(), c.backgroundDatabase(), c.publicKey(), *c.spec.GC.Resources)
	pod.RestartPolicy = corev1.RestartPolicyNever
	return &batchv1.CronJob{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
		ObjectMeta: c.scope.Object(c.gcOf()),
		Spec: batchv1.CronJobSpec{
			Schedule:                   c.spec.GC.Schedule,
			TimeZone:                   new("Etc/UTC"),
			ConcurrencyPolicy:          batchv1.ForbidConcurrent,
			StartingDeadlineSeconds:    new(int64(3600)),
			SuccessfulJobsHistoryLimit: new(int32(3)),
			FailedJobsHistoryLimit:     new(int32(3)),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: c.scope.Pod(c.gcOf()),
				Spec: batchv1.JobSpec{
					BackoffLimit: new(int32(2)),
					Template:     pod.Template(c.scope, c.gcOf()),
				},
			},
		},
	}
}
