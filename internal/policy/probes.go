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
		if asked := w.unasked(); behind != "" && asked.exists() {
			found = append(found, w.find(asked.at("readinessProbe"), "is missing, so that Service "+behind+" sends requests to pods that are not ready yet",
				"write a probe that succeeds when the container can answer requests"))
		}
		for _, c := range w.containers() {
			readiness, liveness := c.at("readinessProbe"), c.at("livenessProbe")
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

// unasked is the first container with ports of pods that nothing asks whether
// they are ready. One that is asked is enough: a pod is ready when all of it is.
func (w workload) unasked() value {
	var first value
	for _, c := range w.containers() {
		if c.at("readinessProbe").exists() {
			return value{}
		}
		if !first.exists() && len(c.at("ports").items()) > 0 {
			first = c
		}
	}
	if len(w.pod().at("readinessGates").items()) > 0 {
		return value{}
	}
	return first
}
