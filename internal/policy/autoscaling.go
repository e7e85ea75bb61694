package policy

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// unscalable finds autoscalers that cannot do their work, or fight with somebody
// else over the number of pods.
func unscalable(in Input) []Finding {
	targets := map[manifest.ID]workload{}
	for _, w := range workloads(in.Objects) {
		targets[w.ID] = w
	}
	elsewhere := deliveries(in.Objects)
	taken := map[manifest.ID]manifest.ID{}
	var found []Finding
	for _, s := range autoscalers(in.Objects) {
		report := func(at value, severity diag.Severity, message, hint string) {
			found = append(found, Finding{Object: s.ID, Path: at.path, Message: message, Hint: hint, Severity: severity})
		}
		ref := s.spec.at("scaleTargetRef")
		if other, twice := taken[s.target]; twice {
			report(ref, diag.Error, fmt.Sprintf("is %s, as that of %s is", s.target, other), "remove one of the two")
		}
		taken[s.target] = s.ID
		switch {
		case s.max < s.min:
			report(s.spec.at("maxReplicas"), diag.Error, fmt.Sprintf("is %d, below minReplicas %d", s.max, s.min), "raise it, or lower minReplicas")
		case s.min < 2:
			report(s.spec.at("minReplicas"), diag.Warning, fmt.Sprintf("is %d: nobody answers while that pod is replaced", s.min), "write 2 or more")
		}
		target, rendered := targets[s.target]
		if !rendered {
			if s.target.Group == "apps" || s.target.Kind == "ReplicationController" {
				report(ref, diag.Error, fmt.Sprintf("is %s, which this environment does not render", s.target), "write apiVersion, kind and name of a workload in the namespace")
				if by, ok := into(elsewhere, s.Namespace); ok {
					found[len(found)-1] = found[len(found)-1].unless(by)
				}
			}
			continue
		}
		if replicas := root(target.Object).at("spec", "replicas"); replicas.exists() {
			found = append(found, target.find(replicas, fmt.Sprintf("stands beside %s, which it undoes whenever the environment is applied", s.ID), "remove it"))
		}
		for _, metric := range s.spec.at("metrics").items() {
			found = append(found, unmeasured(target, metric)...)
		}
	}
	return found
}

// unmeasured finds containers whose use cannot be told as a share, because they
// request nothing.
func unmeasured(w workload, metric value) []Finding {
	of := metric.at("resource")
	if metric.at("type").text() == "ContainerResource" {
		of = metric.at("containerResource")
	}
	if of.at("target", "type").text() != "Utilization" {
		return nil
	}
	name, container := of.at("name").text(), of.at("container").text()
	var found []Finding
	for _, c := range w.containers() {
		request := c.at("resources", "requests", name)
		if container != "" && c.at("name").text() != container || request.exists() || c.at("resources", "limits", name).exists() {
			continue
		}
		found = append(found, w.find(request, "is missing, of which the autoscaler needs to know a share", "write what the container needs"))
	}
	return found
}
