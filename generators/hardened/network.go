package hardened

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Policy is a NetworkPolicy that governs both directions of the selected pods:
// what it does not list, it denies.
func Policy(scope meta.Scope, of meta.Of, pods metav1.LabelSelector, in, out []Rule) *networkingv1.NetworkPolicy {
	spec := networkingv1.NetworkPolicySpec{
		PodSelector: pods,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
	}
	for _, rule := range in {
		spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: rule.Peers, Ports: rule.ports()})
	}
	for _, rule := range out {
		spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: rule.Peers, Ports: rule.ports()})
	}
	return &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: scope.Object(of),
		Spec:       spec,
	}
}

// DefaultDeny closes a namespace both ways.
func DefaultDeny(scope meta.Scope, of meta.Of) *networkingv1.NetworkPolicy {
	return Policy(scope, of, metav1.LabelSelector{}, nil, nil)
}

// ClosedNamespace denies every pod of a namespace everything, both ways, but to
// look up names. Policies of single pods open the rest. What tells the two
// policies apart is their suffix. The pods of silent apps, by
// app.kubernetes.io/name, do not look up names either.
func ClosedNamespace(scope meta.Scope, of func(suffix string) meta.Of, dns v1alpha1.DNS, silent ...string) []meta.Object {
	asking := metav1.LabelSelector{}
	if len(silent) > 0 {
		asking.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: naming.LabelName, Operator: metav1.LabelSelectorOpNotIn, Values: silent}}
	}
	return []meta.Object{
		DefaultDeny(scope, of("default-deny")),
		Policy(scope, of("allow-dns"), asking, nil, []Rule{DNS(dns)}),
	}
}

// ACMESolver lets Traefik reach the pods that cert-manager starts to prove that
// we own a name.
func ACMESolver(scope meta.Scope, of meta.Of, traefik v1alpha1.Peer) meta.Object {
	pods := metav1.LabelSelector{MatchLabels: map[string]string{naming.LabelACMESolver: "true"}}
	return Policy(scope, of, pods, []Rule{{
		Peers: []networkingv1.NetworkPolicyPeer{PodsIn(traefik)},
		TCP:   []int32{naming.PortACMESolver},
	}}, nil)
}

// Rule lets some peers through on some ports. It never has an empty list of
// peers, which Kubernetes would read as everyone.
type Rule struct {
	// Peers on the other side.
	Peers []networkingv1.NetworkPolicyPeer
	// TCP and UDP ports on the receiving side.
	TCP, UDP []int32
}

func (r Rule) ports() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	add := func(protocol corev1.Protocol, ports []int32) {
		for _, port := range ports {
			out = append(out, networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: new(intstr.FromInt32(port))})
		}
	}
	add(corev1.ProtocolUDP, r.UDP)
	add(corev1.ProtocolTCP, r.TCP)
	return out
}

// Pods are pods of the policy's own namespace.
func Pods(labels map[string]string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{MatchLabels: labels}}
}

// PodsIn are pods of another namespace; no labels means all of its pods.
func PodsIn(peer v1alpha1.Peer) networkingv1.NetworkPolicyPeer {
	out := networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{naming.LabelNamespaceName: peer.Namespace}},
	}
	if len(peer.PodLabels) > 0 {
		out.PodSelector = &metav1.LabelSelector{MatchLabels: peer.PodLabels}
	}
	return out
}

// Blocks are address ranges.
func Blocks(cidrs []string) []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for _, cidr := range cidrs {
		out = append(out, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr}})
	}
	return out
}

// Addresses that are not on the public internet: private, shared, link-local
// (where clouds serve instance credentials) and unique local ones (RFC 1918,
// 6598, 3927, 4193, 4291).
var (
	notPublic4 = []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}
	notPublic6 = []string{"fc00::/7", "fe80::/10"}
)

// Public is every address of the public internet.
func Public() []networkingv1.NetworkPolicyPeer {
	return []networkingv1.NetworkPolicyPeer{
		{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: notPublic4}},
		{IPBlock: &networkingv1.IPBlock{CIDR: "::/0", Except: notPublic6}},
	}
}

// Address is the range that holds one address alone.
func Address(addr netip.Addr) string {
	return netip.PrefixFrom(addr, addr.BitLen()).String()
}
