package connectivity

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// opening is what one rule of a policy lets through to or from one peer.
type opening struct {
	// home and pods are those of the policy.
	home string
	pods conditions
	// namespace and peer are those at the other end; no namespace is any.
	namespace string
	peer      conditions
	ports     []networkingv1.NetworkPolicyPort
}

// openings are those of one direction whose peers are in namespaces of the
// environment. What stands for other namespaces is open itself, so that lines with
// it need no more than one selector at either end.
func (n *Net) openings(direction networkingv1.PolicyType) []opening {
	var all []opening
	for _, p := range n.policies {
		add := func(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
			own := opening{home: p.Namespace, pods: p.conditions, ports: ports}
			if len(peers) == 0 {
				all = append(all, own)
			}
			for _, peer := range peers {
				var ok bool
				if own.peer, ok = conditionsOf(peer.PodSelector); !ok {
					continue
				}
				for _, namespace := range n.namespacesOf(peer, p.Namespace) {
					switch {
					case n.homes[namespace]:
						own.namespace = namespace
						all = append(all, own)
					case namespace == anywhere && len(own.peer) == 0:
						own.namespace = ""
						all = append(all, own)
					}
				}
			}
		}
		switch {
		case !governs(p.Spec, direction):
		case direction == networkingv1.PolicyTypeEgress:
			for _, rule := range p.Spec.Egress {
				add(rule.To, rule.Ports)
			}
		default:
			for _, rule := range p.Spec.Ingress {
				add(rule.From, rule.Ports)
			}
		}
	}
	return all
}

// addFree adds pods that no policy governs in a direction though it governs those
// with the fewest labels: those that a selector finds by what they do not have.
func (n *Net) addFree() {
	const in, out = networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress
	for namespace := range n.homes {
		for _, ends := range []struct{ direction, named networkingv1.PolicyType }{{in, out}, {out, in}} {
			if slices.ContainsFunc(n.policies, func(p policy) bool {
				return p.Namespace == namespace && governs(p.Spec, ends.direction) && len(p.conditions) == 0
			}) {
				continue // It governs all pods.
			}
			named := []conditions{nil}
			for _, o := range n.openings(ends.named) {
				if o.namespace == namespace {
					named = append(named, o.peer)
				}
			}
			seen := map[string]bool{}
			for _, found := range named {
				n.addFreeOf(namespace, found, ends.direction, seen)
			}
		}
	}
}

// addFreeOf adds those that fulfil conditions: what keeps a policy from governing
// them is one of its own conditions that they do not fulfil. What was seen is done.
func (n *Net) addFreeOf(namespace string, found conditions, direction networkingv1.PolicyType, seen map[string]bool) {
	for _, alternative := range n.alternatives(namespace, found) {
		if seen[alternative.String()] {
			continue
		}
		seen[alternative.String()] = true
		example := alternative.example()
		i := slices.IndexFunc(n.policies, func(p policy) bool {
			return p.Namespace == namespace && governs(p.Spec, direction) && p.pods.Matches(example)
		})
		if i < 0 {
			n.addOther(namespace, alternative)
			continue
		}
		for _, r := range n.policies[i].conditions {
			n.addFreeOf(namespace, alternative.and(opposite(r)...), direction, seen)
		}
	}
}

// addPairs adds pods that get through because one selector finds them in the
// policy of their own end and another in that of the other end, where no line for
// either alone says so.
func (n *Net) addPairs() {
	entering := n.openings(networkingv1.PolicyTypeIngress)
	for _, out := range n.openings(networkingv1.PolicyTypeEgress) {
		for _, in := range entering {
			if out.namespace != "" && out.namespace != in.home || in.namespace != "" && in.namespace != out.home {
				continue
			}
			for _, from := range n.alternatives(out.home, out.pods.and(in.peer...)) {
				for _, to := range n.alternatives(in.home, in.pods.and(out.peer...)) {
					at := To(n.otherPod(in.home, to))
					open := opened(out.ports, at).and(opened(in.ports, at))
					if !n.says(out.home, from, in.home, to, open) {
						n.addOther(out.home, from)
						n.addOther(in.home, to)
					}
				}
			}
		}
	}
}

// says tells whether lines between pods that are known have these connections.
func (n *Net) says(fromNamespace string, from conditions, toNamespace string, to conditions, open Ports) bool {
	for _, a := range n.known {
		if a.pod.Namespace != fromNamespace || !from.imply(a.conditions) {
			continue
		}
		for _, b := range n.known {
			if b.pod.Namespace == toNamespace && to.imply(b.conditions) {
				open = open.without(n.reach(To(a.pod), To(b.pod), assumptions{labels: true}))
			}
		}
	}
	return open.Empty()
}
