package hpadeployment

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// ValidateScaling checks a defaulted block.
func ValidateScaling(p *validate.Problems, path *field.Path, s v1alpha1.Scaling) {
	low := p.Int32(path.Child("minReplicas"), s.MinReplicas, 1, 1000)
	high := p.Int32(path.Child("maxReplicas"), s.MaxReplicas, 1, 1000)
	if low && high && *s.MinReplicas > *s.MaxReplicas {
		p.Add(path.Child("minReplicas"), fmt.Sprintf("is %d, above maxReplicas %d", *s.MinReplicas, *s.MaxReplicas),
			"lower it, or raise maxReplicas")
	}
	p.Int32(path.Child("cpuTargetPercent"), s.CPUTargetPercent, 1, 1000)
	p.Int32(path.Child("memoryTargetPercent"), s.MemoryTargetPercent, 1, 1000)
	validateRules(p, path.Child("scaleUp"), *s.ScaleUp)
	validateRules(p, path.Child("scaleDown"), *s.ScaleDown)
	validateBudget(p, path.Child("podDisruptionBudget"), *s.PodDisruptionBudget, *s.MinReplicas)
	validateSpread(p, path.Child("topologySpread"), *s.TopologySpread)
}

func validateRules(p *validate.Problems, path *field.Path, r v1alpha1.ScalingRules) {
	p.Int32(path.Child("stabilizationWindowSeconds"), r.StabilizationWindowSeconds, 0, 3600)
	p.Int32(path.Child("percent"), r.Percent, 1, 10000)
	p.Int32(path.Child("pods"), r.Pods, 1, 1000)
	p.Int32(path.Child("periodSeconds"), r.PeriodSeconds, 1, 1800)
	p.OneOf(path.Child("selectPolicy"), r.SelectPolicy, "Max", "Min", "Disabled")
}

// validateBudget refuses a budget that would let no pod go even when all of
// them are ready: such a budget blocks every node drain for ever.
func validateBudget(p *validate.Problems, path *field.Path, b v1alpha1.PodDisruptionBudget, replicas int32) {
	if b.MinAvailable != "" && b.MaxUnavailable != "" {
		p.Add(path, "sets both minAvailable and maxUnavailable", "keep one of them")
		return
	}
	const hint = "leave at least one pod to go, as with maxUnavailable: 1"
	if b.MinAvailable != "" {
		at := path.Child("minAvailable")
		if n, ok := p.IntOrPercent(at, string(b.MinAvailable), replicas); ok && n >= replicas {
			p.Add(at, fmt.Sprintf("is %s, which is all %d of minReplicas and blocks every node drain", b.MinAvailable, replicas), hint+", or raise minReplicas")
		}
		return
	}
	at := path.Child("maxUnavailable")
	if n, ok := p.IntOrPercent(at, string(b.MaxUnavailable), replicas); ok && n == 0 {
		p.Add(at, fmt.Sprintf("is %s, which blocks every node drain", b.MaxUnavailable), hint)
	}
}

func validateSpread(p *validate.Problems, path *field.Path, t v1alpha1.TopologySpread) {
	p.Int32(path.Child("maxSkew"), t.MaxSkew, 1, 100)
	p.OneOf(path.Child("whenUnsatisfiable"), t.WhenUnsatisfiable, "ScheduleAnyway", "DoNotSchedule")
	for i, key := range t.TopologyKeys {
		if len(validation.IsQualifiedName(key)) > 0 {
			p.Add(path.Child("topologyKeys").Index(i), fmt.Sprintf("is %s, which is not a node label", validate.Quote(key)), "write a label key such as topology.kubernetes.io/zone")
		}
	}
	p.Unique(path.Child("topologyKeys"), t.TopologyKeys)
}
