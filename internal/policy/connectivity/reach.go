package connectivity

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// End is one end of a connection: a pod, or an address that is no pod's.
type End struct {
	// Pod, where there is no address.
	Pod Pod
	// Address that is no pod's.
	Address netip.Addr
}

// To is a pod as an end of a connection.
func To(pod Pod) End { return End{Pod: pod} }

// At is an address as an end of a connection.
func At(address netip.Addr) End { return End{Address: address.Unmap()} }

// isAddress tells an address from a pod.
func (e End) isAddress() bool { return e.Address.IsValid() }

// named are the ports that have a name at this end: none at an address, whose
// ports have no names.
func (e End) named(protocol corev1.Protocol, name string) []span {
	if e.isAddress() {
		return nil
	}
	if e.Pod.Owner.Kind == "" {
		return []span{{protocol: protocol, name: name}}
	}
	var spans []span
	for _, p := range e.Pod.Ports {
		if p.Name == name && (p.Protocol == protocol || p.Protocol == "" && protocol == corev1.ProtocolTCP) {
			spans = append(spans, span{protocol: protocol, first: p.ContainerPort, last: p.ContainerPort})
		}
	}
	return spans
}

// assumptions are about what an environment does not say, and about what counts.
type assumptions struct {
	// labels of namespaces that are not rendered are whatever a policy asks for.
	labels bool
	// addresses of pods are in every range, and do not hide which pod it is.
	addresses bool
	// named peers count alone, and not rules for everyone.
	named bool
}

// Reach is on which ports the first end may open connections to the second. Labels
// of namespaces that are not rendered count as missing, and ranges of addresses as
// those of no pod.
func (n *Net) Reach(from, to End) Ports { return n.reach(from, to, assumptions{}) }

// MayReach is like [Net.Reach], but takes what the environment does not say to be
// whatever opens most.
func (n *Net) MayReach(from, to End) Ports {
	return n.reach(from, to, assumptions{labels: true, addresses: true})
}

// MayEnter is what the policies of the second end alone let in.
func (n *Net) MayEnter(from, to End) Ports {
	return n.in(from, to, assumptions{labels: true, addresses: true})
}

func (n *Net) reach(from, to End, assume assumptions) Ports {
	return n.out(from, to, assume).and(n.in(from, to, assume))
}

// out is what the policies of the first end let out to the second.
func (n *Net) out(from, to End, assume assumptions) Ports {
	if _, isolated := n.isolated(from); !isolated {
		return allPorts()
	}
	var open Ports
	for _, policy := range n.Policies(from.Pod) {
		if !governs(policy.Spec, networkingv1.PolicyTypeEgress) {
			continue
		}
		for _, rule := range policy.Spec.Egress {
			if n.anyIs(rule.To, policy.Namespace, to, assume) {
				open = open.or(opened(rule.Ports, to))
			}
		}
	}
	return open
}

// in is what the policies of the second end let in from the first.
func (n *Net) in(from, to End, assume assumptions) Ports {
	if isolated, _ := n.isolated(to); !isolated {
		return allPorts()
	}
	var open Ports
	for _, policy := range n.Policies(to.Pod) {
		if !governs(policy.Spec, networkingv1.PolicyTypeIngress) {
			continue
		}
		for _, rule := range policy.Spec.Ingress {
			if n.anyIs(rule.From, policy.Namespace, from, assume) {
				open = open.or(opened(rule.Ports, to))
			}
		}
	}
	return open
}

// isolated is that of the pod; no policy selects an address.
func (n *Net) isolated(end End) (ingress, egress bool) {
	if end.isAddress() {
		return false, false
	}
	return n.Isolated(end.Pod)
}

// anyIs tells whether any of the peers of a policy in a namespace is an end; no
// list means everyone.
func (n *Net) anyIs(peers []networkingv1.NetworkPolicyPeer, home string, end End, assume assumptions) bool {
	return len(peers) == 0 && !assume.named || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		return n.is(peer, home, end, assume)
	})
}

// is tells whether one peer is an end. Both selectors in one peer must match. A
// pod on its node's network has the node's address, and by most networks it is not
// found by any selector.
func (n *Net) is(peer networkingv1.NetworkPolicyPeer, home string, end End, assume assumptions) bool {
	switch {
	case peer.IPBlock != nil:
		return end.isAddress() && inBlock(*peer.IPBlock, end.Address) || !end.isAddress() && assume.addresses
	case end.isAddress() || end.Pod.HostNetwork && !assume.addresses || peer.NamespaceSelector == nil && peer.PodSelector == nil:
		return false
	case peer.NamespaceSelector == nil && end.Pod.Namespace != home:
		return false
	case peer.NamespaceSelector != nil && !n.selectsNamespace(*peer.NamespaceSelector, end.Pod.Namespace, assume):
		return false
	default:
		return peer.PodSelector == nil || selects(*peer.PodSelector, end.Pod.Labels)
	}
}

// selectsNamespace tells whether a selector matches the labels of a namespace. Of
// one that is not rendered, only its name is known.
func (n *Net) selectsNamespace(selector metav1.LabelSelector, namespace string, assume assumptions) bool {
	if kind, stands := n.kinds[namespace]; stands {
		all, ok := conditionsOf(&selector)
		listed, asked := all.ofNamespace()
		return ok && len(listed) == 0 && kind.imply(asked)
	}
	set, rendered := n.namespaces[namespace]
	if rendered || !assume.labels {
		return selects(selector, with(set, ownName(namespace)))
	}
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil {
		return false
	}
	known := ownName(namespace)
	requirements, selectable := parsed.Requirements()
	return selectable && !slices.ContainsFunc(requirements, func(r labels.Requirement) bool {
		return known.Has(r.Key()) && !r.Matches(known)
	})
}

// inBlock tells whether an address is in a range and in none of its exceptions.
func inBlock(block networkingv1.IPBlock, address netip.Addr) bool {
	contains := func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && prefix.Contains(address)
	}
	return contains(block.CIDR) && !slices.ContainsFunc(block.Except, contains)
}
