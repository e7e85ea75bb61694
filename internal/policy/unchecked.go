package policy

import (
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// unlooked lists the objects that bring what no rule looks at: others that a
// controller renders or fetches itself, and pods that an operator makes.
func unlooked(in Input) []Finding {
	var found []Finding
	for _, d := range deliveries(in.Objects) {
		to := "somewhere"
		if d.namespace != "" {
			to = "to namespace " + d.namespace
		}
		found = append(found, Finding{
			Object:  d.by,
			Message: "brings objects " + to + " which are not looked at, so that no rule finds anything in them, and what names them is only noted or warned of",
			Hint:    "hold them to rules where they come from",
		})
	}
	for _, o := range in.Objects {
		if makesPods(o) {
			found = append(found, Finding{
				Object:  o.ID,
				Message: "has pods made for it which are not looked at, so that no rule about pods finds anything in them",
				Hint:    "see to their security, resources, images and network policies by hand",
			})
		}
	}
	return found
}

// makesPods tells whether an operator that no rule knows makes pods from an
// object: one that is known by name, or one with a template of pods.
func makesPods(o manifest.Object) bool {
	if _, known := podPath(o); known || o.Group == groupPostgres {
		return false
	}
	if o.Group == groupMonitoring && slices.Contains([]string{"Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"}, o.Kind) {
		return true
	}
	spec := root(o).at("spec")
	return slices.ContainsFunc([]value{
		spec.at("template"), spec.at("podTemplate"), spec.at("jobTargetRef", "template"), spec.at("workloadTemplate", "spec", "template"),
	}, func(template value) bool {
		return len(template.at("spec", "containers").items()) > 0
	})
}
