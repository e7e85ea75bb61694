package policy

import (
	"reflect"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// unprobed finds pods behind a Service that cannot say when they are ready, and
// probes that restart a container for what should only take it out of service.
func unprobed(in Input) []Finding {
	var services []selection
	for _, s := range selections(in.Objects) {
		if s.object.Kind == "Service" {
			services = append(services, s)
		}
	}
	var found []Finding
	for _, w := range workloads(in.Objects) {
		if w.ends() {
			continue
		}
		for _, c := range w.unasked(services) {
			found = append(found, w.find(c.at("readinessProbe"), "is missing, so that Service "+c.service+" sends requests to pods that are not ready yet",
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

// served is a container that a Service sends requests to.
type served struct {
	value
	service string
}

// unasked are the containers behind Services that nothing asks whether they are
// ready, each once.
func (w workload) unasked(services []selection) []served {
	if len(w.pod().at("readinessGates").items()) > 0 {
		return nil
	}
	own := w.labels()
	var all []served
	for _, s := range services {
		if s.object.Namespace != w.Namespace || !s.labels.Matches(own) {
			continue
		}
		for _, port := range root(s.object).at("spec", "ports").items() {
			c, known := w.listening(port)
			said := slices.ContainsFunc(all, func(other served) bool { return slices.Equal(other.path, c.path) })
			if known && !said && !c.at("readinessProbe").exists() {
				all = append(all, served{c, s.object.Name})
			}
		}
	}
	return all
}

// listening is the container that a port of a Service leads to. Where none says
// that it listens there, it is the one that there is, or the first of several
// none of which is asked: one that is asked may be it.
func (w workload) listening(port value) (value, bool) {
	target := port.at("targetPort")
	if !target.exists() {
		target = port.at("port")
	}
	number, isNumber := target.number()
	containers := w.containers()
	for _, c := range w.pod().at("initContainers").items() {
		if c.at("restartPolicy").text() == "Always" {
			containers = append(containers, c)
		}
	}
	for _, c := range containers {
		for _, p := range c.at("ports").items() {
			n, _ := p.at("containerPort").number()
			if isNumber && n == number || target.text() != "" && p.at("name").text() == target.text() {
				return c, true
			}
		}
	}
	if len(containers) == 0 || slices.ContainsFunc(containers, func(c value) bool { return c.at("readinessProbe").exists() }) {
		return value{}, false
	}
	return containers[0], true
}
