// Package postgresoperator generates CloudNativePG, the operator that every
// PostgreSQL cluster needs once in a Kubernetes cluster: its Helm chart, with
// values that harden it, and the policies and the budget that the chart lacks.
package postgresoperator

import (
	"fmt"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// operator is one operator while it is generated: its spec with every default
// filled in.
type operator struct {
	scope meta.Scope
	spec  v1alpha1.PostgresOperatorSpec
}

// Generate turns a spec into objects, in the order in which a person would create
// them. The spec is not modified. Problems include warnings when it succeeds; with
// errors among them there are no objects.
func Generate(spec v1alpha1.PostgresOperator, files helmchart.Files) ([]meta.Object, []validate.Problem) {
	full := Default(spec)
	problems := Validate(full)
	if validate.HasErrors(problems) {
		return nil, problems
	}
	o := operator{
		scope: meta.Scope{Namespace: full.Metadata.Namespace, PartOf: full.Metadata.Name},
		spec:  full.Spec,
	}
	p := &validate.Problems{}
	objects := helmchart.Objects(p, helmchart.Options{
		Scope:   o.scope,
		Chart:   chartRef(*o.spec.Chart),
		Release: o.spec.Release,
		Base:    values(o.spec),
		Fixed:   fixed(),
		Path:    field.NewPath("spec"),
	}, files)
	o.checkSelector(p, objects)
	problems = append(problems, p.List()...)
	if validate.HasErrors(problems) {
		return nil, problems
	}
	objects = append(objects, o.networkPolicies()...)
	return append(objects, o.disruptionBudget()...), problems
}

func chartRef(c v1alpha1.PostgresOperatorChart) v1alpha1.ChartRef {
	return v1alpha1.ChartRef(c)
}

// selector finds the operator's pods by the labels that the chart gives them.
func (o operator) selector() map[string]string {
	return naming.Selector(o.spec.Chart.Name, o.spec.ReleaseName)
}

// checkSelector refuses a chart whose pods no policy and no budget would find.
func (o operator) checkSelector(p *validate.Problems, objects []meta.Object) {
	if o.spec.Delivery != helmchart.DeliveryInflate || validate.HasErrors(p.List()) {
		return
	}
	selector := labels.SelectorFromSet(o.selector())
	for _, object := range objects {
		deployment, ok := object.(*unstructured.Unstructured)
		if !ok || deployment.GetKind() != "Deployment" {
			continue
		}
		pods, _, _ := unstructured.NestedStringMap(deployment.Object, "spec", "template", "metadata", "labels")
		if selector.Matches(labels.Set(pods)) {
			return
		}
	}
	p.Add(field.NewPath("spec", "values"), fmt.Sprintf("make the chart give no Deployment whose pods have the labels %s, by which the network policies and the disruption budget find them", selector),
		"leave names and labels of the chart as they are, or take the project's own chart")
}

func (o operator) of(name, component string) meta.Of {
	return meta.Of{
		Name: name, App: o.spec.Chart.Name, Instance: o.spec.ReleaseName,
		Component: component, Wave: meta.WavePlatformFirst,
	}
}

// disruptionBudget keeps one replica that can take the lead. A single one gets
// none: it would hold up every drain.
func (o operator) disruptionBudget() []meta.Object {
	if *o.spec.Replicas < 2 {
		return nil
	}
	return []meta.Object{&policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: o.scope.Object(o.of(o.scope.PartOf, "operator")),
		Spec: policyv1.PodDisruptionBudgetSpec{
			Selector:       &metav1.LabelSelector{MatchLabels: o.selector()},
			MaxUnavailable: new(intstr.FromInt32(1)),
			// A pod that is not ready anyway must not hold up a drain.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}}
}
