package hpadeployment

import (
	"maps"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// networkPolicies close the namespace, if it is the service's own, and open what
// the service needs.
func (s server) networkPolicies() []meta.Object {
	policyOf := func(suffix string) meta.Of {
		of := s.of("network")
		of.Name = s.names.With(suffix)
		return of
	}
	var all []meta.Object
	if *s.spec.Namespace.Create {
		all = hardened.ClosedNamespace(s.scope, policyOf, *s.spec.Network.DNS)
	}
	all = append(all, s.policy())
	if s.spec.Ingress != nil {
		all = append(all, hardened.ACMESolver(s.scope, policyOf("acme-solver"), *s.spec.Network.Traefik))
	}
	return all
}

// policy is that of the service's own pods.
func (s server) policy() meta.Object {
	pods := metav1.LabelSelector{MatchLabels: naming.Selector(s.names.Name, s.names.Name)}
	return hardened.Policy(s.scope, s.of("network"), pods, s.in(), s.out())
}

func (s server) in() []hardened.Rule {
	var rules []hardened.Rule
	if s.spec.Ingress != nil {
		rules = append(rules, hardened.Rule{Peers: podsIn(*s.spec.Network.Traefik), TCP: []int32{*s.spec.Port}})
	}
	if clients := s.clients(); len(clients) > 0 {
		ports := []int32{*s.spec.Port}
		for _, name := range slices.Sorted(maps.Keys(s.spec.ExtraPorts)) {
			ports = append(ports, s.spec.ExtraPorts[name].Port)
		}
		rules = append(rules, hardened.Rule{Peers: clients, TCP: ports})
	}
	if s.spec.Metrics != nil {
		rules = append(rules, hardened.Rule{Peers: podsIn(*s.spec.Network.Monitoring), TCP: []int32{*s.spec.Metrics.Port}})
	}
	return rules
}

func (s server) clients() []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for _, name := range slices.Sorted(maps.Keys(s.spec.Network.Clients)) {
		client := s.spec.Network.Clients[name]
		peers = append(peers, podsIn(v1alpha1.Peer(client))...)
	}
	return peers
}

func (s server) out() []hardened.Rule {
	rules := []hardened.Rule{hardened.DNS(*s.spec.Network.DNS)}
	if clusters := postgresClusters(s.spec); len(clusters) > 0 {
		var peers []networkingv1.NetworkPolicyPeer
		for _, cluster := range clusters {
			peers = append(peers, hardened.Pods(map[string]string{naming.LabelCNPGCluster: cluster}))
		}
		rules = append(rules, hardened.Rule{Peers: peers, TCP: []int32{naming.PortPostgres}})
	}
	for _, name := range slices.Sorted(maps.Keys(s.spec.Network.Egress)) {
		to := s.spec.Network.Egress[name]
		rules = append(rules, hardened.Rule{Peers: destination(to), TCP: to.Ports})
	}
	return rules
}

func destination(to v1alpha1.Destination) []networkingv1.NetworkPolicyPeer {
	switch {
	case to.Public:
		return hardened.Public()
	case len(to.CIDRs) > 0:
		return hardened.Blocks(to.CIDRs)
	default:
		return podsIn(v1alpha1.Peer{Namespace: to.Namespace, PodLabels: to.PodLabels})
	}
}

func podsIn(peer v1alpha1.Peer) []networkingv1.NetworkPolicyPeer {
	return []networkingv1.NetworkPolicyPeer{hardened.PodsIn(peer)}
}

// postgresClusters are those that a spec refers to anywhere, sorted.
func postgresClusters(s v1alpha1.HPADeploymentSpec) []string {
	clusters := slices.Clone(s.Postgres)
	for _, v := range s.Env {
		if v.Postgres != nil {
			clusters = append(clusters, v.Postgres.Cluster)
		}
	}
	for _, v := range s.Volumes {
		if v.PostgresCA != nil {
			clusters = append(clusters, v.PostgresCA.Cluster)
		}
	}
	slices.Sort(clusters)
	return slices.Compact(clusters)
}
