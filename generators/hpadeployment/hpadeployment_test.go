package hpadeployment

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func objects(s v1alpha1.Scaling) []meta.Object {
	DefaultScaling(&s)
	var probes v1alpha1.Probes
	DefaultProbes(&probes)
	return Objects(Options{
		Scope:       meta.Scope{Namespace: "nix-cache", PartOf: "attic"},
		Of:          meta.Of{Name: "attic", App: "attic", Component: "api"},
		Pod:         hardened.Pod{Name: "attic", Security: v1alpha1.Security{RunAsUser: new(int64(1000)), RunAsGroup: new(int64(1000))}},
		Scaling:     s,
		Port:        8080,
		ServicePort: 80,
		Health:      Health{Path: "/", Timings: probes},
	})
}

func get[T meta.Object](t *testing.T, all []meta.Object) T {
	t.Helper()
	for _, o := range all {
		if typed, ok := o.(T); ok {
			return typed
		}
	}
	var zero T
	t.Fatalf("there is no %T", zero)
	return zero
}

// TestReference holds the reference's HPA and tuning tables.
func TestReference(t *testing.T) {
	h := get[*autoscalingv2.HorizontalPodAutoscaler](t, objects(v1alpha1.Scaling{})).Spec
	if *h.MinReplicas != 2 || h.MaxReplicas != 10 || *h.Metrics[0].Resource.Target.AverageUtilization != 70 || *h.Metrics[1].Resource.Target.AverageUtilization != 80 {
		t.Errorf("%+v", h)
	}
	type behavior struct {
		window, percent, pods, period int32
		policy                        autoscalingv2.ScalingPolicySelect
	}
	of := func(r *autoscalingv2.HPAScalingRules) behavior {
		return behavior{*r.StabilizationWindowSeconds, r.Policies[0].Value, r.Policies[1].Value, r.Policies[0].PeriodSeconds, *r.SelectPolicy}
	}
	if got, want := of(h.Behavior.ScaleUp), (behavior{0, 100, 4, 15, "Max"}); got != want {
		t.Errorf("up: %+v", got)
	}
	if got, want := of(h.Behavior.ScaleDown), (behavior{300, 10, 2, 60, "Max"}); got != want {
		t.Errorf("down: %+v", got)
	}
}

// TestRollout: nothing is lost, and nobody fights over the number of replicas.
func TestRollout(t *testing.T) {
	d := get[*appsv1.Deployment](t, objects(v1alpha1.Scaling{})).Spec
	if d.Replicas != nil {
		t.Error("sets replicas, which the autoscaler owns")
	}
	if d.Strategy.RollingUpdate.MaxUnavailable.IntVal != 0 || d.Strategy.RollingUpdate.MaxSurge.IntVal != 1 {
		t.Errorf("%+v", d.Strategy)
	}
	b := get[*policyv1.PodDisruptionBudget](t, objects(v1alpha1.Scaling{})).Spec
	if b.MaxUnavailable.IntVal != 1 || *b.UnhealthyPodEvictionPolicy != policyv1.AlwaysAllow {
		t.Errorf("%+v", b)
	}
	b = get[*policyv1.PodDisruptionBudget](t, objects(v1alpha1.Scaling{PodDisruptionBudget: &v1alpha1.PodDisruptionBudget{MinAvailable: "50%"}})).Spec
	if b.MaxUnavailable != nil || b.MinAvailable.StrVal != "50%" {
		t.Errorf("%+v", b)
	}
}

func TestBudgetsThatBlockDrains(t *testing.T) {
	for _, tt := range []struct {
		min    int32
		budget v1alpha1.PodDisruptionBudget
		blocks bool
	}{
		{2, v1alpha1.PodDisruptionBudget{MinAvailable: "1"}, false},
		{2, v1alpha1.PodDisruptionBudget{MinAvailable: "2"}, true},
		{2, v1alpha1.PodDisruptionBudget{MinAvailable: "3"}, true},
		{2, v1alpha1.PodDisruptionBudget{MinAvailable: "50%"}, false},
		{2, v1alpha1.PodDisruptionBudget{MinAvailable: "51%"}, true},
		{1, v1alpha1.PodDisruptionBudget{MinAvailable: "1%"}, true},
		{1, v1alpha1.PodDisruptionBudget{MinAvailable: "0"}, false},
		{2, v1alpha1.PodDisruptionBudget{MaxUnavailable: "0"}, true},
		{2, v1alpha1.PodDisruptionBudget{MaxUnavailable: "0%"}, true},
		{2, v1alpha1.PodDisruptionBudget{MaxUnavailable: "1%"}, false},
		{2, v1alpha1.PodDisruptionBudget{MaxUnavailable: "1", MinAvailable: "1"}, true},
	} {
		s := v1alpha1.Scaling{MinReplicas: &tt.min, PodDisruptionBudget: &tt.budget}
		DefaultScaling(&s)
		var p validate.Problems
		ValidateScaling(&p, field.NewPath("api"), s)
		if got := len(p.List()) > 0; got != tt.blocks {
			t.Errorf("%+v of %d: %v", tt.budget, tt.min, p.List())
		}
	}
}

func TestValidation(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.Scaling)
		want   string
	}{
		"min above max":   {func(s *v1alpha1.Scaling) { s.MinReplicas = new(int32(11)) }, "api.minReplicas"},
		"no replicas":     {func(s *v1alpha1.Scaling) { s.MinReplicas = new(int32(0)) }, "api.minReplicas"},
		"period too long": {func(s *v1alpha1.Scaling) { s.ScaleUp = &v1alpha1.ScalingRules{PeriodSeconds: new(int32(1801))} }, "api.scaleUp.periodSeconds"},
		"unknown policy":  {func(s *v1alpha1.Scaling) { s.ScaleDown = &v1alpha1.ScalingRules{SelectPolicy: "max"} }, "api.scaleDown.selectPolicy"},
		"unknown spread":  {func(s *v1alpha1.Scaling) { s.TopologySpread = &v1alpha1.TopologySpread{WhenUnsatisfiable: "Never"} }, "api.topologySpread.whenUnsatisfiable"},
		"no label":        {func(s *v1alpha1.Scaling) { s.TopologySpread = &v1alpha1.TopologySpread{TopologyKeys: []string{"a b"}} }, "api.topologySpread.topologyKeys[0]"},
	} {
		var s v1alpha1.Scaling
		tt.change(&s)
		DefaultScaling(&s)
		var p validate.Problems
		ValidateScaling(&p, field.NewPath("api"), s)
		if len(p.List()) != 1 || !strings.HasPrefix(p.List()[0].Path, tt.want) || p.List()[0].Hint == "" {
			t.Errorf("%s: %+v", name, p.List())
		}
	}
}
