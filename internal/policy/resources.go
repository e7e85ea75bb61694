package policy

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// unbounded finds containers that do not say what they need, or may take all that
// a node has.
func unbounded(in Input) []Finding {
	var found []Finding
	for _, w := range workloads(in.Objects) {
		for _, c := range w.allContainers() {
			found = append(found, bounds(w.ID, c.at("resources"), true)...)
		}
	}
	for _, o := range in.Objects {
		spec := root(o).at("spec")
		switch {
		case o.Group == groupPostgres && o.Kind == "Cluster":
			// What instances write goes to their volumes.
			found = append(found, bounds(o.ID, spec.at("resources"), false)...)
		case o.Group == groupPostgres && o.Kind == "Pooler":
			containers := spec.at("template", "spec", "containers").items()
			for _, c := range containers {
				found = append(found, bounds(o.ID, c.at("resources"), true)...)
			}
			if len(containers) == 0 {
				found = append(found, Finding{
					Object: o.ID, Path: []string{"spec", "template"}, Severity: diag.Error,
					Message: "says nothing of the resources of PgBouncer, which may take all that a node has",
					Hint:    "add a container pgbouncer with resources",
				})
			}
		case o.Group == groupBarman && o.Kind == "ObjectStore":
			found = append(found, bounds(o.ID, spec.at("instanceSidecarConfiguration", "resources"), false)...)
		}
	}
	return found
}

// bounds reports what is missing among requests and limits, once: what must be
// there as an error, space on the node, where it counts, as a warning.
func bounds(id manifest.ID, resources value, disk bool) []Finding {
	var found []Finding
	report := func(at value, severity diag.Severity, message, hint string) {
		found = append(found, Finding{Object: id, Path: at.path, Message: message, Hint: hint, Severity: severity})
	}
	for _, need := range []struct {
		list, name string
		severity   diag.Severity
		why, as    string
	}{
		{"requests", "cpu", diag.Error, "so that the scheduler counts on none", "100m"},
		{"requests", "memory", diag.Error, "so that the scheduler counts on none", "128Mi"},
		{"limits", "memory", diag.Error, "so that a leak takes the memory of the whole node", "512Mi"},
		{"requests", "ephemeral-storage", diag.Warning, "so that the scheduler counts on none", "64Mi"},
		{"limits", "ephemeral-storage", diag.Warning, "so that logs and files can fill the node's disk", "256Mi"},
	} {
		at := resources.at(need.list, need.name)
		// Kubernetes takes a limit for the request where there is none.
		if at.exists() || need.name == "ephemeral-storage" && !disk || need.list == "requests" && resources.at("limits", need.name).exists() {
			continue
		}
		report(at, need.severity, "is missing, "+need.why, "write what the container needs, as in "+need.as)
	}
	for _, limit := range resources.at("limits").fields() {
		request := resources.at("requests", limit.key())
		low, okLow := request.quantity()
		high, okHigh := limit.quantity()
		if okLow && okHigh && low.Cmp(high) > 0 {
			report(request, diag.Error, fmt.Sprintf("is %s, above the limit %s", diag.Quote(low.String()), diag.Quote(high.String())), "lower it, or raise the limit")
		}
	}
	return found
}

// quantity is an amount above zero, written as text or as a number.
func (v value) quantity() (resource.Quantity, bool) {
	text := v.text()
	if n, ok := v.number(); ok {
		text = fmt.Sprint(n)
	}
	var p validate.Problems
	return p.Quantity(field.NewPath("quantity"), text)
}
