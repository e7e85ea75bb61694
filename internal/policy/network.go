package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// uncovered finds pods to or from which any connection is allowed, because no
// network policy is about them. Pods on the network of their node are beyond any,
// which is noted: whether they may be there is for Pod Security to say.
func uncovered(in Input) []Finding {
	paths := map[manifest.ID][]string{}
	for _, w := range workloads(in.Objects) {
		paths[w.ID] = w.template.path
	}
	plugins := pluginPolicies(in.Objects)
	net := connectivity.New(in.Objects)
	said := map[manifest.ID]bool{}
	var found []Finding
	for _, pod := range net.Pods() {
		if said[pod.Owner] {
			continue
		}
		if pod.HostNetwork {
			said[pod.Owner] = true
			found = append(found, Finding{
				Object: pod.Owner, Path: slices.Concat(paths[pod.Owner], []string{"spec", "hostNetwork"}), Severity: diag.Note,
				Message: "puts the pods on the network of their node, where no network policy counts", Hint: "remove it, unless the pods are about the node itself",
			})
			continue
		}
		ingress, egress := net.Isolated(pod)
		var perhaps manifest.ID
		for _, p := range plugins {
			if p.about(pod) {
				ingress, egress = ingress || p.ingress, egress || p.egress
				if !p.known {
					perhaps = p.id
				}
			}
		}
		var open []string
		if !ingress {
			open = append(open, "ingress")
		}
		if !egress {
			open = append(open, "egress")
		}
		if len(open) == 0 {
			continue
		}
		said[pod.Owner] = true
		f := Finding{
			Object:  pod.Owner,
			Message: "has pods that no network policy covers for " + strings.Join(open, " and "),
			Hint:    "add a NetworkPolicy that denies by default to namespace " + pod.Namespace + ", and one for what the pods need",
		}
		if path, ofWorkload := paths[pod.Owner]; ofWorkload {
			f.Path = slices.Concat(path, []string{"metadata", "labels"})
		}
		if perhaps != (manifest.ID{}) {
			f.Severity = diag.Warning
			f.Hint += "; " + perhaps.String() + " may cover them, of which only its network plugin can tell: waive this with that as the reason"
		}
		found = append(found, f)
	}
	return found
}
