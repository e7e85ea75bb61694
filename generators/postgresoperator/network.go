package postgresoperator

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// networkPolicies open what the operator and the plugin for backups need, and
// close the rest of the namespace if it is the operator's own. The plugin is a
// chart of its own, but it must be in this namespace.
func (o operator) networkPolicies() []meta.Object {
	dns := hardened.DNS(*o.spec.Network.DNS)
	policies := []meta.Object{o.operatorPolicy(dns), o.pluginPolicy(dns)}
	if *o.spec.Namespace.Create {
		policies = append([]meta.Object{hardened.DefaultDeny(o.scope, o.policyOf("default-deny"))}, policies...)
	}
	return policies
}

func (o operator) policyOf(suffix string) meta.Of {
	return o.of(o.scope.PartOf+"-"+suffix, "network")
}

// operatorPolicy lets the API server and Prometheus in, and the operator out to
// the API server, to the instances of every cluster and to the plugin.
func (o operator) operatorPolicy(dns hardened.Rule) *networkingv1.NetworkPolicy {
	network := o.spec.Network
	in := []hardened.Rule{{
		Peers: []networkingv1.NetworkPolicyPeer{hardened.PodsIn(*network.Monitoring)},
		TCP:   []int32{naming.PortOperatorMetrics},
	}}
	webhook := hardened.Rule{Peers: hardened.Blocks(network.WebhookCIDRs), TCP: []int32{naming.PortOperatorWebhook}}
	policy := hardened.Policy(o.scope, o.policyOf("operator"), metav1.LabelSelector{MatchLabels: o.selector()},
		// Without addresses the rule lets in everyone, nodes included, which some
		// networks leave out of every range of addresses.
		append(in, webhook),
		[]hardened.Rule{
			dns,
			hardened.KubernetesAPI(*network.KubernetesAPI),
			{
				Peers: []networkingv1.NetworkPolicyPeer{instances()},
				TCP:   []int32{naming.PortPostgres, naming.PortPostgresStatus},
			},
			{
				Peers: []networkingv1.NetworkPolicyPeer{hardened.Pods(pluginPods())},
				TCP:   []int32{naming.PortBackupPlugin},
			},
		})
	return policy
}

// pluginPolicy lets the operator in, and the plugin out to the API server. Backups
// themselves leave from the instances.
func (o operator) pluginPolicy(dns hardened.Rule) *networkingv1.NetworkPolicy {
	return hardened.Policy(o.scope, o.policyOf("backup-plugin"), metav1.LabelSelector{MatchLabels: pluginPods()},
		[]hardened.Rule{{
			Peers: []networkingv1.NetworkPolicyPeer{hardened.Pods(o.selector())},
			TCP:   []int32{naming.PortBackupPlugin},
		}},
		[]hardened.Rule{dns, hardened.KubernetesAPI(*o.spec.Network.KubernetesAPI)})
}

func pluginPods() map[string]string {
	return map[string]string{naming.LabelName: naming.AppBackupPlugin}
}

// instances are those of every cluster, in every namespace.
func instances() networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{},
		PodSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: naming.LabelCNPGCluster, Operator: metav1.LabelSelectorOpExists},
		}},
	}
}
