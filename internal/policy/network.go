package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// uncovered finds pods to or from which any connection is allowed, because no
// network policy is about them. Pods on the network of their node are beyond any.
func uncovered(in Input) []Finding {
	paths := map[manifest.ID][]string{}
	for _, w := range workloads(in.Objects) {
		paths[w.ID] = w.template.at("metadata", "labels").path
	}
	net := connectivity.New(in.Objects)
	var found []Finding
	for _, pod := range net.Pods() {
		if pod.HostNetwork {
			continue
		}
		var open []string
		ingress, egress := net.Isolated(pod)
		if !ingress {
			open = append(open, "ingress")
		}
		if !egress {
			open = append(open, "egress")
		}
		said := slices.ContainsFunc(found, func(f Finding) bool { return f.Object == pod.Owner })
		if len(open) > 0 && !said {
			found = append(found, Finding{
				Object:  pod.Owner,
				Path:    paths[pod.Owner],
				Message: "has pods that no network policy covers for " + strings.Join(open, " and "),
				Hint:    "add a NetworkPolicy that denies by default to namespace " + pod.Namespace + ", and one for what the pods need",
			})
		}
	}
	return found
}
