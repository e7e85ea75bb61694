package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// delivery is an object whose controller brings others, which it renders itself:
// nobody knows them before.
type delivery struct {
	by manifest.ID
	// namespace that they go to; empty where nothing here says which.
	namespace string
}

// deliveries are those of an environment, first those that say where they go.
func deliveries(objects []manifest.Object) []delivery {
	var all []delivery
	for _, o := range objects {
		spec := root(o).at("spec")
		var namespace value
		switch o.Group + "/" + o.Kind {
		case "helm.toolkit.fluxcd.io/HelmRelease", "helm.cattle.io/HelmChart":
			if namespace = spec.at("targetNamespace"); namespace.text() == "" {
				namespace.raw = o.Namespace
			}
		case "kustomize.toolkit.fluxcd.io/Kustomization":
			namespace = spec.at("targetNamespace")
		case "argoproj.io/Application":
			namespace = spec.at("destination", "namespace")
		case "argoproj.io/ApplicationSet":
			namespace = spec.at("template", "spec", "destination", "namespace")
		default:
			continue
		}
		d := delivery{by: o.ID}
		// What a template makes of it, only the generators of the set tell.
		if !strings.ContainsAny(namespace.text(), "{$") {
			d.namespace = namespace.text()
		}
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b delivery) int {
		switch {
		case a.namespace != "" && b.namespace == "":
			return -1
		case a.namespace == "" && b.namespace != "":
			return 1
		default:
			return 0
		}
	})
	return all
}

// into is who may bring something to one of some namespaces, of which none means
// any; false if nobody does.
func into(all []delivery, namespaces ...string) (delivery, bool) {
	i := slices.IndexFunc(all, func(d delivery) bool {
		return d.namespace == "" || len(namespaces) == 0 || slices.Contains(namespaces, d.namespace)
	})
	if i < 0 {
		return delivery{}, false
	}
	return all[i], true
}

// broughtThere says, in a rule, when unless makes a note of a finding.
const broughtThere = "where somebody whose objects are not looked at brings objects to that place"

// unless makes less of a finding that something is missing, where somebody may
// bring it: a note where he brings objects to that very place, no more than a
// warning where nothing says where they go.
func (f Finding) unless(by delivery) Finding {
	f.Hint += "; " + by.by.String() + ", whose objects are not looked at, may bring it"
	switch {
	case by.namespace != "":
		f.Severity = diag.Note
	case f.Severity != diag.Note:
		f.Severity = diag.Warning
	}
	return f
}
