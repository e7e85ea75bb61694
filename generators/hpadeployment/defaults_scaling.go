package hpadeployment

import (
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
)

// DefaultScaling fills in the reference's HPA and tuning tables.
func DefaultScaling(s *v1alpha1.Scaling) {
	defaulting.Pointer(&s.MinReplicas, 2)
	defaulting.Pointer(&s.MaxReplicas, 10)
	defaulting.Pointer(&s.CPUTargetPercent, 70)
	defaulting.Pointer(&s.MemoryTargetPercent, 80)
	defaultRules(defaulting.Block(&s.ScaleUp), 0, 100, 4, 15)
	defaultRules(defaulting.Block(&s.ScaleDown), 300, 10, 2, 60)

	budget := defaulting.Block(&s.PodDisruptionBudget)
	if budget.MinAvailable == "" {
		defaulting.Value(&budget.MaxUnavailable, "1")
	}

	spread := defaulting.Block(&s.TopologySpread)
	defaulting.Pointer(&spread.MaxSkew, 1)
	defaulting.Value(&spread.WhenUnsatisfiable, string(corev1.ScheduleAnyway))
	if spread.TopologyKeys == nil {
		spread.TopologyKeys = []string{corev1.LabelTopologyZone, corev1.LabelHostname}
	}
}

func defaultRules(r *v1alpha1.ScalingRules, stabilization, percent, pods, period int32) {
	defaulting.Pointer(&r.StabilizationWindowSeconds, stabilization)
	defaulting.Pointer(&r.Percent, percent)
	defaulting.Pointer(&r.Pods, pods)
	defaulting.Pointer(&r.PeriodSeconds, period)
	defaulting.Value(&r.SelectPolicy, "Max")
}
