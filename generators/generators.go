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
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Object is a typed Kubernetes object with apiVersion and kind set.
type Object = meta.Object

// Problem is something wrong, or, as a warning, unwise in a spec.
type Problem = validate.Problem

// Kind is one kind of spec.
type Kind struct {
	// APIVersion and Kind as they are written in a spec.
	APIVersion, Kind string
	// New is a pointer to an empty spec of this kind.
	New func() any
	// Generate turns what New returned, filled in, into objects. With errors
	// among the problems there are no objects.
	Generate func(spec any) ([]Object, []Problem)
}

// Kinds are all kinds there are.
func Kinds() []Kind {
	return []Kind{
		kind(v1alpha1.KindAtticCache, atticcache.Generate),
	}
}

func kind[T any](name string, generate func(T) ([]Object, []Problem)) Kind {
	return Kind{
		APIVersion: v1alpha1.APIVersion,
		Kind:       name,
		New:        func() any { return new(T) },
		Generate:   func(spec any) ([]Object, []Problem) { return generate(*spec.(*T)) },
	}
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
// not modified. When the spec is wrong, the error is a [validate.Error] with
// everything that is wrong with it.
func Generate(spec any) ([]Object, error) {
	for _, k := range Kinds() {
		if fmt.Sprintf("%T", k.New()) != fmt.Sprintf("%T", spec) {
			continue
		}
		objects, problems := k.Generate(spec)
		if validate.HasErrors(problems) {
			return nil, validate.Error(problems)
		}
		return objects, nil
	}
	return nil, fmt.Errorf("%T is not a spec that can be generated from; use a pointer to a type of package v1alpha1", spec)
}
