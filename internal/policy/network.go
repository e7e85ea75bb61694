package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// uncovered finds pods to or from which any connection is allowed, because no
// network policy is about them.
func uncovered(in Input) []Finding {
	var policies []covering
	for _, o := range in.Objects {
		if o.Kind == "NetworkPolicy" && o.Group == "networking.k8s.io" {
			policies = append(policies, coveringOf(o))
		}
	}
	var found []Finding
	check := func(id manifest.ID, path []string, p pods) {
		var open []string
		for _, direction := range []string{"Ingress", "Egress"} {
			if !slices.ContainsFunc(policies, func(c covering) bool { return c.covers(p, direction) }) {
				open = append(open, strings.ToLower(direction))
			}
		}
		if len(open) > 0 {
			found = append(found, Finding{
				Object:  id,
				Path:    path,
				Message: "has pods that no network policy covers for " + strings.Join(open, " and "),
				Hint:    "add a NetworkPolicy that denies by default to namespace " + p.namespace + ", and one for what the pods need",
			})
		}
	}
	for _, w := range workloads(in.Objects) {
		// Pods on the node's network are beyond any network policy.
		if !w.pod().at("hostNetwork").is(true) {
			check(w.ID, w.template.at("metadata", "labels").path, pods{w.Namespace, w.labels()})
		}
	}
	for _, o := range in.Objects {
		if o.Group == groupPostgres && (o.Kind == "Cluster" || o.Kind == "Pooler") {
			for _, p := range knownPods([]manifest.Object{o}) {
				check(o.ID, nil, p)
			}
		}
	}
	return found
}

// covering is what a network policy is about.
type covering struct {
	namespace  string
	selects    func(pods) bool
	directions []string
}

func coveringOf(o manifest.Object) covering {
	spec := root(o).at("spec")
	c := covering{namespace: o.Namespace, selects: func(pods) bool { return false }}
	if selector, ok := spec.at("podSelector").selector(); ok {
		c.selects = func(p pods) bool { return selector.Matches(p.labels) }
	}
	for _, direction := range spec.at("policyTypes").items() {
		c.directions = append(c.directions, direction.text())
	}
	if len(c.directions) == 0 {
		c.directions = []string{"Ingress"}
		if len(spec.at("egress").items()) > 0 {
			c.directions = append(c.directions, "Egress")
		}
	}
	return c
}

func (c covering) covers(p pods, direction string) bool {
	return c.namespace == p.namespace && slices.Contains(c.directions, direction) && c.selects(p)
}
