// Package generators turns checked specs into typed Kubernetes objects. It is
// the library that other programs import: pure functions, without client,
// clock, randomness, network, environment or files, so that the same spec gives
// the same objects everywhere.
//
// Compatibility: functions and types stay; the objects that a spec gives may
// gain fields from one minor version to the next, as the changelog says.
package generators

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/postgresoperator"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Object is a typed Kubernetes object with apiVersion and kind set.
type Object = meta.Object

// Problem is something wrong, or, as a warning, unwise in a spec.
type Problem = validate.Problem

// Inputs are what specs may refer to beyond themselves. Reading them is the
// caller's business, so that generating stays a function of its arguments.
type Inputs struct {
	// Charts are the charts and values files of kinds that inflate charts. Nil
	// means that there are none.
	Charts helmchart.Files
}

// Kind is one kind of spec.
type Kind struct {
	// APIVersion and Kind as they are written in a spec.
	APIVersion, Kind string
	// New is a pointer to an empty spec of this kind.
	New func() any
	// Default is what New returned, filled in, with everything that it leaves
	// out; the argument is not modified.
	Default func(spec any) any
	// Generate turns what New returned, filled in, into objects. With errors
	// among the problems there are no objects.
	Generate func(spec any, in Inputs) ([]Object, []Problem)
}

// Kinds are all kinds there are.
func Kinds() []Kind {
	return []Kind{
		kind(v1alpha1.KindAtticCache, atticcache.Default, alone(atticcache.Generate)),
		kind(v1alpha1.KindHPADeployment, hpadeployment.Default, alone(hpadeployment.Generate)),
		kind(v1alpha1.KindObjectStore, objectstore.DefaultAlone, alone(objectstore.GenerateAlone)),
		kind(v1alpha1.KindPostgresCluster, postgrescluster.DefaultAlone, alone(postgrescluster.GenerateAlone)),
		kind(v1alpha1.KindPostgresOperator, postgresoperator.Default, charted(postgresoperator.Generate)),
		kind(v1alpha1.KindTokenSet, tokenset.Default, alone(tokenset.Generate)),
		kind(v1alpha1.KindHelmChart, helmchart.Default, charted(helmchart.Generate)),
	}
}

func kind[T any](name string, complete func(T) T, generate func(T, Inputs) ([]Object, []Problem)) Kind {
	return Kind{
		APIVersion: v1alpha1.APIVersion,
		Kind:       name,
		New:        func() any { return new(T) },
		Default:    func(spec any) any { return new(complete(*spec.(*T))) },
		Generate:   func(spec any, in Inputs) ([]Object, []Problem) { return generate(*spec.(*T), in) },
	}
}

// alone is for a kind whose specs say everything themselves.
func alone[T any](generate func(T) ([]Object, []Problem)) func(T, Inputs) ([]Object, []Problem) {
	return func(spec T, _ Inputs) ([]Object, []Problem) { return generate(spec) }
}

// charted is for a kind that inflates a chart.
func charted[T any](generate func(T, helmchart.Files) ([]Object, []Problem)) func(T, Inputs) ([]Object, []Problem) {
	return func(spec T, in Inputs) ([]Object, []Problem) { return generate(spec, in.Charts) }
}

// Find is the kind of a spec; false when there is none of that name.
func Find(apiVersion, name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.APIVersion == apiVersion && k.Kind == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Generate turns a spec, a pointer to one of the types of package v1alpha1,
// into objects in the order in which a person would create them. The spec is
// not modified. When the spec is wrong, the error is a [validate.Errors] with
// everything that is wrong with it. What it refers to must be among the inputs.
func Generate(spec any, in Inputs) ([]Object, error) {
	for _, k := range Kinds() {
		if fmt.Sprintf("%T", k.New()) != fmt.Sprintf("%T", spec) {
			continue
		}
		objects, problems := k.Generate(spec, in)
		if validate.HasErrors(problems) {
			return nil, validate.Errors(problems)
		}
		return objects, nil
	}
	return nil, fmt.Errorf("%T is not a spec that can be generated from; use a pointer to a type of package v1alpha1", spec)
}
