package hpadeployment

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func autoscaler(o Options) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"},
		ObjectMeta: o.plain(),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: o.Of.Name},
			MinReplicas:    o.Scaling.MinReplicas,
			MaxReplicas:    *o.Scaling.MaxReplicas,
			Metrics: []autoscalingv2.MetricSpec{
				utilization(corev1.ResourceCPU, o.Scaling.CPUTargetPercent),
				utilization(corev1.ResourceMemory, o.Scaling.MemoryTargetPercent),
			},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleUp:   rules(*o.Scaling.ScaleUp),
				ScaleDown: rules(*o.Scaling.ScaleDown),
			},
		},
	}
}

func utilization(name corev1.ResourceName, percent *int32) autoscalingv2.MetricSpec {
	return autoscalingv2.MetricSpec{
		Type: autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{
			Name:   name,
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: percent},
		},
	}
}

func rules(r v1alpha1.ScalingRules) *autoscalingv2.HPAScalingRules {
	return &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: r.StabilizationWindowSeconds,
		SelectPolicy:               new(autoscalingv2.ScalingPolicySelect(r.SelectPolicy)),
		Policies: []autoscalingv2.HPAScalingPolicy{
			{Type: autoscalingv2.PercentScalingPolicy, Value: *r.Percent, PeriodSeconds: *r.PeriodSeconds},
			{Type: autoscalingv2.PodsScalingPolicy, Value: *r.Pods, PeriodSeconds: *r.PeriodSeconds},
		},
	}
}

func disruptionBudget(o Options) *policyv1.PodDisruptionBudget {
	spec := policyv1.PodDisruptionBudgetSpec{
		Selector: &metav1.LabelSelector{MatchLabels: o.selector()},
		// A pod that is not ready anyway must not hold up a drain.
		UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
	}
	if budget := o.Scaling.PodDisruptionBudget; budget.MinAvailable != "" {
		spec.MinAvailable = new(intstr.Parse(string(budget.MinAvailable)))
	} else {
		spec.MaxUnavailable = new(intstr.Parse(string(budget.MaxUnavailable)))
	}
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: o.plain(),
		Spec:       spec,
	}
}

// Spread spreads the selected pods over topology domains.
func Spread(t v1alpha1.TopologySpread, selector map[string]string) []corev1.TopologySpreadConstraint {
	var out []corev1.TopologySpreadConstraint
	for _, key := range t.TopologyKeys {
		out = append(out, corev1.TopologySpreadConstraint{
			MaxSkew:           *t.MaxSkew,
			TopologyKey:       key,
			WhenUnsatisfiable: corev1.UnsatisfiableConstraintAction(t.WhenUnsatisfiable),
			LabelSelector:     &metav1.LabelSelector{MatchLabels: selector},
			MatchLabelKeys:    ofOneVersion(),
		})
	}
	return out
}

// ofOneVersion makes the scheduler look at pods of the same version of a
// Deployment only: with those of the old one, which are about to go, a rollout
// would leave zones and hosts empty.
func ofOneVersion() []string { return []string{appsv1.DefaultDeploymentUniqueLabelKey} }

// Apart prefers a host of its own for each of the selected pods.
func Apart(selector map[string]string) *corev1.Affinity {
	return &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
			Weight: 100,
			PodAffinityTerm: corev1.PodAffinityTerm{
				TopologyKey:    corev1.LabelHostname,
				LabelSelector:  &metav1.LabelSelector{MatchLabels: selector},
				MatchLabelKeys: ofOneVersion(),
			},
		}},
	}}
}
