package policy

import (
	"fmt"
	"strings"

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
		// What the pod as a whole has, its containers share.
		whole := w.pod().at("resources")
		for _, c := range w.allContainers() {
			for _, f := range bounds(w.ID, c.at("resources"), true) {
				name := f.Path[len(f.Path)-1]
				list := f.Path[len(f.Path)-2]
				if c.at("resources", list, name).exists() || !whole.sets(list, name) {
					found = append(found, f)
				}
			}
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
		if need.name == "ephemeral-storage" && !disk || resources.sets(need.list, need.name) {
			continue
		}
		what := "is missing, "
		if at.exists() {
			what = "is zero, "
		}
		report(at, need.severity, what+need.why, "write what the container needs, as in "+need.as)
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

// sets tells whether resources have an amount of something that is not zero.
// Kubernetes takes a limit for the request where there is none.
func (v value) sets(list, name string) bool {
	at := v.at(list, name)
	if !at.exists() && list == "requests" {
		at = v.at("limits", name)
	}
	return at.exists() && !at.isZero()
}

// isZero tells whether an amount is none: what cannot be read may be anything.
func (v value) isZero() bool {
	text := v.text()
	if n, ok := v.number(); ok {
		return n == 0
	}
	number := strings.TrimRight(text, "numkMGTPEi")
	return number != "" && strings.Trim(number, "0.+-") == "" && strings.Contains(number, "0")
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
