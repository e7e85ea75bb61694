package postgrescluster

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// Network is whom the database may talk to.
type Network struct {
	// Clients are label sets of pods in the same namespace.
	Clients []map[string]string
	// Monitoring scrapes metrics.
	Monitoring v1alpha1.Peer
	// PostgresNetwork must be defaulted and checked.
	v1alpha1.PostgresNetwork
}

// policy lets in clients, the operator, monitoring and the cluster's own pods,
// and out to the cluster's own pods, the Kubernetes API and the backup's store.
// It selects on the cluster's name alone: instances, their jobs and poolers all
// carry it. Without the Kubernetes API a primary shuts itself down.
func policy(o Options) *networkingv1.NetworkPolicy {
	own := map[string]string{naming.LabelCNPGCluster: o.Names.Name}
	peers := []networkingv1.NetworkPolicyPeer{hardened.Pods(own)}
	cluster := hardened.Rule{Peers: peers, TCP: []int32{naming.PortPostgres, naming.PortPostgresStatus}}

	metrics := []int32{naming.PortPostgresMetrics}
	if o.Spec.Pooler != nil {
		metrics = append(metrics, naming.PortPoolerMetrics)
	}
	var clients []networkingv1.NetworkPolicyPeer
	for _, labels := range o.Network.Clients {
		clients = append(clients, hardened.Pods(labels))
	}
	in := []hardened.Rule{
		{Peers: clients, TCP: []int32{naming.PortPostgres}},
		cluster,
		{Peers: []networkingv1.NetworkPolicyPeer{hardened.PodsIn(*o.Network.PostgresOperator)}, TCP: []int32{naming.PortPostgres, naming.PortPostgresStatus}},
		{Peers: []networkingv1.NetworkPolicyPeer{hardened.PodsIn(o.Network.Monitoring)}, TCP: metrics},
	}
	out := []hardened.Rule{
		cluster,
		{Peers: hardened.Blocks(o.Network.KubernetesAPI.CIDRs), TCP: o.Network.KubernetesAPI.Ports},
	}
	if o.backedUp() {
		out = append(out, objectstore.Egress(*o.Network.BackupS3))
	}
	return hardened.Policy(o.Scope, o.of(o.Names.Name), metav1.LabelSelector{MatchLabels: own}, in, out)
}
