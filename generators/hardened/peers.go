package hardened

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultPeer fills in pods of another namespace, found by one label.
func DefaultPeer(peer **v1alpha1.Peer, namespace, key, value string) {
	p := defaulting.Block(peer)
	defaulting.Value(&p.Namespace, namespace)
	if p.PodLabels == nil {
		p.PodLabels = map[string]string{key: value}
	}
}

// DefaultTraefik fills in where Traefik runs.
func DefaultTraefik(peer **v1alpha1.Peer) {
	DefaultPeer(peer, "traefik", naming.LabelName, "traefik")
}

// DefaultClusterNetwork fills in where the monitoring and the resolvers of an
// ordinary cluster are.
func DefaultClusterNetwork(n *v1alpha1.ClusterNetwork) {
	DefaultPeer(&n.Monitoring, "monitoring", naming.LabelName, "prometheus")
	DefaultDNS(&n.DNS)
}

// DefaultDNS fills in where the resolvers of an ordinary cluster are.
func DefaultDNS(d **v1alpha1.DNS) {
	dns := defaulting.Block(d)
	defaulting.Value(&dns.Namespace, "kube-system")
	if dns.PodLabels == nil {
		dns.PodLabels = map[string]string{"k8s-app": "kube-dns"}
	}
}

// ValidateClusterNetwork checks a defaulted block.
func ValidateClusterNetwork(p *validate.Problems, path *field.Path, n v1alpha1.ClusterNetwork) {
	ValidatePeer(p, path.Child("monitoring"), *n.Monitoring)
	ValidateDNS(p, path.Child("dns"), *n.DNS)
}

// ValidateDNS checks a defaulted block.
func ValidateDNS(p *validate.Problems, path *field.Path, d v1alpha1.DNS) {
	ValidatePeer(p, path, resolvers(d))
	p.CIDRs(path.Child("cidrs"), d.CIDRs)
}

// ValidatePeer checks a set of pods in another namespace.
func ValidatePeer(p *validate.Problems, path *field.Path, peer v1alpha1.Peer) {
	p.DNSLabel(path.Child("namespace"), peer.Namespace)
	p.Labels(path.Child("podLabels"), peer.PodLabels)
}

// DNS lets pods look up names.
func DNS(d v1alpha1.DNS) Rule {
	return Rule{
		Peers: append([]networkingv1.NetworkPolicyPeer{PodsIn(resolvers(d))}, Blocks(d.CIDRs)...),
		UDP:   []int32{naming.PortDNS},
		TCP:   []int32{naming.PortDNS},
	}
}

// resolvers are those that are pods.
func resolvers(d v1alpha1.DNS) v1alpha1.Peer {
	return v1alpha1.Peer{Namespace: d.Namespace, PodLabels: d.PodLabels}
}
