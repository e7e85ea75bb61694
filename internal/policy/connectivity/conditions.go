package connectivity

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// unnamed is a value of a label that no selector can name.
const unnamed = "*"

// conditions are what labels must fulfil, all of it; none are fulfilled by all.
type conditions []labels.Requirement

// conditionsOf reads a selector; no selector has no conditions. It is false for
// what is no selector.
func conditionsOf(selector *metav1.LabelSelector) (conditions, bool) {
	if selector == nil {
		return nil, true
	}
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return nil, false
	}
	requirements, selectable := parsed.Requirements()
	return conditions(requirements), selectable
}

// String is the form that kubectl takes, as in app=a,tier in (b,c).
func (c conditions) String() string { return labels.NewSelector().Add(c...).String() }

// match tells whether labels fulfil all conditions.
func (c conditions) match(set labels.Set) bool { return labels.NewSelector().Add(c...).Matches(set) }

// and are the conditions of both.
func (c conditions) and(others ...labels.Requirement) conditions {
	return slices.Concat(c, conditions(others))
}

// allowed is what conditions say about one label.
type allowed struct {
	// values are those it may have if it is limited, and not those it must not.
	values, not             []string
	limited, exists, absent bool
}

// simple are the same conditions with as few for each label as say it, sorted;
// false if no labels fulfil them.
func (c conditions) simple() (conditions, bool) {
	byKey := map[string]allowed{}
	for _, r := range c {
		a := byKey[r.Key()]
		switch {
		case names(r) && a.limited:
			a.values = slices.DeleteFunc(a.values, func(value string) bool { return !r.Values().Has(value) })
		case names(r):
			a.values, a.limited = r.Values().List(), true
		case r.Operator() == selection.Exists:
			a.exists = true
		case r.Operator() == selection.DoesNotExist:
			a.absent = true
		default:
			a.not = append(a.not, r.Values().List()...)
		}
		byKey[r.Key()] = a
	}
	var all conditions
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		own, possible := byKey[key].of(key)
		if !possible {
			return nil, false
		}
		all = append(all, own...)
	}
	return all, true
}

// of are the conditions for one label; false if it can have no value.
func (a allowed) of(key string) (conditions, bool) {
	slices.Sort(a.not)
	a.not = slices.Compact(a.not)
	a.values = slices.DeleteFunc(a.values, func(value string) bool { return slices.Contains(a.not, value) })
	switch {
	case (a.limited || a.exists) && a.absent, a.limited && len(a.values) == 0:
		return nil, false
	case a.limited:
		return one(key, a.values), true
	case a.absent:
		return condition(key, selection.DoesNotExist, nil), true
	}
	var all conditions
	if a.exists {
		all = condition(key, selection.Exists, nil)
	}
	if len(a.not) > 0 {
		all = append(all, condition(key, selection.NotIn, a.not)...)
	}
	return all, true
}

// one is that a label has one of some values.
func one(key string, values []string) conditions {
	if len(values) == 1 {
		return condition(key, selection.Equals, values)
	}
	return condition(key, selection.In, values)
}

// condition is one, of parts that were one before: there is none otherwise.
func condition(key string, operator selection.Operator, values []string) conditions {
	r, err := labels.NewRequirement(key, operator, values)
	if err != nil {
		return nil
	}
	return conditions{*r}
}

// names tells whether a condition lists the values that a label may have.
func names(r labels.Requirement) bool {
	return r.Operator() == selection.In || r.Operator() == selection.Equals || r.Operator() == selection.DoubleEquals
}

// opposite is fulfilled where a condition is not.
func opposite(r labels.Requirement) conditions {
	switch {
	case names(r):
		return condition(r.Key(), selection.NotIn, r.Values().List())
	case r.Operator() == selection.Exists:
		return condition(r.Key(), selection.DoesNotExist, nil)
	case r.Operator() == selection.DoesNotExist:
		return condition(r.Key(), selection.Exists, nil)
	default:
		return one(r.Key(), r.Values().List())
	}
}

// example are the fewest labels that fulfil simple conditions.
func (c conditions) example() labels.Set {
	set := labels.Set{}
	for _, r := range c {
		switch {
		case names(r):
			set[r.Key()] = r.Values().List()[0]
		case r.Operator() == selection.Exists:
			set[r.Key()] = unnamed
		}
	}
	return set
}

// imply tells whether whatever fulfils simple conditions fulfils others too.
func (c conditions) imply(others conditions) bool {
	return !slices.ContainsFunc(others, func(other labels.Requirement) bool {
		return !slices.ContainsFunc(c, func(own labels.Requirement) bool { return own.Key() == other.Key() && implies(own, other) })
	})
}

// implies is imply for two conditions on the same label.
func implies(own, other labels.Requirement) bool {
	switch {
	case names(own):
		return !slices.ContainsFunc(own.Values().List(), func(value string) bool { return !other.Matches(labels.Set{own.Key(): value}) })
	case own.Operator() == selection.Exists:
		return other.Operator() == selection.Exists
	case own.Operator() == selection.DoesNotExist:
		return other.Matches(labels.Set{})
	default:
		return other.Operator() == selection.NotIn && own.Values().IsSuperset(other.Values())
	}
}

// ofNamespace takes what conditions say about the name of a namespace apart: the
// names that they list, if they do, and the others, without what all namespaces
// fulfil.
func (c conditions) ofNamespace() (listed []string, others conditions) {
	for _, r := range c {
		switch {
		case r.Key() == naming.LabelNamespaceName && names(r):
			listed = r.Values().List()
		case r.Key() == naming.LabelNamespaceName && r.Operator() == selection.Exists:
		default:
			others = append(others, r)
		}
	}
	return listed, others
}
