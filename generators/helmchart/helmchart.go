// Package helmchart turns a pinned Helm chart into plain objects, in process:
// without a cluster, without the network, and without reading a file that is
// not the chart's.
//
// What comes out is what "helm template" gives, with these differences, which
// are reported where a person has to know of them:
//
//   - Hooks become ordinary objects. Nobody runs helm upgrade, so what Helm would
//     run before is applied in an earlier wave, what it would run after in a
//     later one, and what it would run at a deletion or a rollback is left out,
//     as are tests. A Job or Pod among them runs once for each content: its name
//     carries a digest of it.
//   - Namespaced objects without a namespace get the release's, and objects of the
//     whole cluster get none. Others stay where the chart puts them.
//   - Objects carry a wave for Argo CD, and custom resource definitions are
//     applied on the server's side, where size does not matter.
//   - What the chart marks to be kept is kept by Flux and Argo CD too.
//   - Labels stay the chart's own; only app.kubernetes.io/part-of is added, where
//     it is absent, to the object and never to its pods.
//
// A template sees no cluster: lookup finds nothing, and names of hosts are not
// resolved. A template whose output is seen to change between renderings is
// refused, because an environment would change whenever it is rendered: the clock
// and the order of keys are always seen, chance nearly always, and the time zone of
// the machine is not. Values for passwords and
// certificates therefore come from Secrets, which a chart usually takes the name
// of; a Secret that a chart writes itself holds its data in plain text, and is
// refused later, by the check of what may reach an environment.
//
// A chart is a program. Its templates reach nothing outside of it, but a hostile
// one can use up memory and time, as it can in Helm: pin charts that you trust.
package helmchart

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DeliveryInflate is the delivery in which the chart becomes objects here.
const DeliveryInflate = "inflate"

// Options is one release of one chart.
type Options struct {
	// Scope is the metadata of all objects; its namespace is the release's.
	Scope meta.Scope
	// Chart is which chart.
	Chart v1alpha1.ChartRef
	// Stage of the environment that the objects are in; empty is [StagePlatform].
	Stage string
	// Release must be defaulted and checked.
	Release v1alpha1.Release
	// Base are values for the chart, under those of the release.
	Base v1alpha1.Values
	// Fixed are the values that no user may give, by their names joined with dots,
	// with what to do instead.
	Fixed map[string]string
	// Path is the block in the spec that holds the fields chart and values, for
	// problems.
	Path *field.Path
}

// Generate turns a spec into objects, in the order in which a person would
// create them. The spec is not modified. Problems include warnings when it
// succeeds; with errors among them there are no objects.
func Generate(spec v1alpha1.HelmChart, files Files) ([]meta.Object, []validate.Problem) {
	full := Default(spec)
	problems := Validate(full)
	if validate.HasErrors(problems) {
		return nil, problems
	}
	p := &validate.Problems{}
	objects := Objects(p, Options{
		Scope:   meta.Scope{Namespace: full.Metadata.Namespace, PartOf: full.Metadata.Name},
		Chart:   full.Spec.Chart,
		Stage:   full.Spec.Stage,
		Release: full.Spec.Release,
		Path:    field.NewPath("spec"),
	}, files)
	problems = append(problems, p.List()...)
	if validate.HasErrors(problems) {
		return nil, problems
	}
	return objects, problems
}

// Objects are the namespace, as far as it is wanted, and what the chart is
// delivered as. With errors among the problems, they are not complete.
func Objects(p *validate.Problems, o Options, files Files) []meta.Object {
	var objects []meta.Object
	if *o.Release.Namespace.Create {
		objects = append(objects, o.namespace())
	}
	switch o.Release.Delivery {
	case DeliveryInflate:
		objects = append(objects, inflate(p, o, files)...)
	case DeliveryFlux:
		objects = append(objects, flux(p, o, files)...)
	case DeliveryArgoCD:
		objects = append(objects, application(p, o, files)...)
	default:
		p.OneOf(o.Path.Child("delivery"), o.Release.Delivery, deliveries()...)
	}
	return objects
}

// deliveries are the values of the field delivery.
func deliveries() []string { return []string{DeliveryInflate, DeliveryFlux, DeliveryArgoCD} }

func (o Options) namespace() meta.Object {
	of := meta.Of{Name: o.Scope.Namespace, App: o.Chart.Name, Component: "namespace", Wave: meta.WaveDefinitions}
	return hardened.Namespace(o.Scope, of, *o.Release.Namespace)
}
