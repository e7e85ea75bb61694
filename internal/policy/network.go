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
	unknown := governedOtherwise(in.Objects)
	net := connectivity.New(in.Objects)
	var found []Finding
	for _, pod := range net.Pods() {
		if pod.HostNetwork || unknown[pod.Namespace] || unknown[""] {
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

// governedOtherwise are the namespaces with policies of network plugins, which
// only the plugin can tell the effect of. An empty name is all of them.
func governedOtherwise(objects []manifest.Object) map[string]bool {
	all := map[string]bool{}
	for _, o := range objects {
		ofPlugin := o.Group == "cilium.io" || strings.HasSuffix(o.Group, "projectcalico.org") || o.Group == "policy.networking.k8s.io"
		if ofPlugin && strings.HasSuffix(o.Kind, "NetworkPolicy") {
			all[o.Namespace] = true
		}
	}
	return all
}
