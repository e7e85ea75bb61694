package policy

import (
	"reflect"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// unprobed finds pods behind a Service that cannot say when they are ready, and
// probes that restart a container for what should only take it out of service.
func unprobed(in Input) []Finding {
	var served []selection
	for _, s := range selections(in.Objects) {
		if s.object.Kind == "Service" {
			served = append(served, s)
		}
	}
	var found []Finding
	for _, w := range workloads(in.Objects) {
		if w.ends() {
			continue
		}
		own := w.labels()
		behind := ""
		for _, s := range served {
			if s.object.Namespace == w.Namespace && s.labels.Matches(own) {
				behind = s.object.Name
				break
			}
		}
		for _, c := range w.containers() {
			readiness, liveness := c.at("readinessProbe"), c.at("livenessProbe")
			if behind != "" && !readiness.exists() && len(c.at("ports").items()) > 0 {
				found = append(found, w.find(readiness, "is missing, so that Service "+behind+" sends requests to pods that are not ready yet",
					"write a probe that succeeds when the container can answer requests"))
			}
			if liveness.exists() && readiness.exists() && reflect.DeepEqual(liveness.raw, readiness.raw) {
				f := w.find(liveness, "is the same as readinessProbe, so that a container that is only busy is restarted",
					"give it more time or failures, or another path")
				f.Severity = diag.Warning
				found = append(found, f)
			}
		}
	}
	return found
}
