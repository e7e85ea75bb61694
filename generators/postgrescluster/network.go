package postgrescluster

import (
	"maps"
	"reflect"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Network is whom the database may talk to.
type Network struct {
	// Clients are label sets of pods in the same namespace.
	Clients []map[string]string
	// DNS is what pods ask for addresses. Nil means that another policy of the
	// namespace lets them ask.
	DNS *v1alpha1.DNS
	// Monitoring scrapes metrics.
	Monitoring v1alpha1.Peer
	// PostgresNetwork must be defaulted and checked.
	v1alpha1.PostgresNetwork
}

// policy lets in clients, the operator, monitoring and the cluster's own pods,
// and out to the cluster's own pods, the Kubernetes API and the stores of backup and
// recovery.
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
	var in []hardened.Rule
	if clients := o.clients(); len(clients) > 0 {
		in = append(in, hardened.Rule{Peers: clients, TCP: []int32{naming.PortPostgres}})
	}
	in = append(in,
		cluster,
		hardened.Rule{Peers: []networkingv1.NetworkPolicyPeer{hardened.PodsIn(*o.Network.PostgresOperator)}, TCP: []int32{naming.PortPostgres, naming.PortPostgresStatus}},
		hardened.Rule{Peers: []networkingv1.NetworkPolicyPeer{hardened.PodsIn(o.Network.Monitoring)}, TCP: metrics},
	)
	out := []hardened.Rule{
		cluster,
		hardened.KubernetesAPI(*o.Network.KubernetesAPI),
	}
	if o.backedUp() {
		out = append(out, objectstore.Egress(*o.Network.BackupS3))
	}
	if o.Spec.Recovery != nil && (!o.backedUp() || !reflect.DeepEqual(o.Network.RecoveryS3, o.Network.BackupS3)) {
		out = append(out, objectstore.Egress(*o.Network.RecoveryS3))
	}
	if o.Network.DNS != nil {
		out = append(out, hardened.DNS(*o.Network.DNS))
	}
	return hardened.Policy(o.Scope, o.of(o.Names.Name), metav1.LabelSelector{MatchLabels: own}, in, out)
}

// clients are those pods that may connect to PostgreSQL or its pooler.
func (o Options) clients() []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for _, labels := range o.Network.Clients {
		peers = append(peers, hardened.Pods(labels))
	}
	if len(o.Spec.AllowedPodLabels) > 0 {
		peers = append(peers, hardened.Pods(o.Spec.AllowedPodLabels))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Spec.AllowedPeers)) {
		peers = append(peers, hardened.PodsIn(v1alpha1.Peer(o.Spec.AllowedPeers[name])))
	}
	return peers
}

// ValidateNetwork checks a defaulted block.
func ValidateNetwork(p *validate.Problems, path *field.Path, n v1alpha1.PostgresNetwork, s v1alpha1.PostgresClusterSpec) {
	hardened.ValidatePeer(p, path.Child("postgresOperator"), *n.PostgresOperator)
	objectstore.ValidatePeer(p, path.Child("backupS3"), *n.BackupS3)
	switch {
	case n.RecoveryS3 == nil:
	case s.Recovery == nil:
		p.Add(path.Child("recoveryS3"), "counts only with a recovery", "remove it, or write recovery")
	case !reflect.DeepEqual(n.RecoveryS3, n.BackupS3): // It may be a copy.
		objectstore.ValidatePeer(p, path.Child("recoveryS3"), *n.RecoveryS3)
	}

	hardened.ValidateKubernetesAPI(p, path.Child("kubernetesAPI"), *n.KubernetesAPI,
		"a primary that cannot reach the Kubernetes API shuts itself down")
}

// WarnUnreachable warns about stores that the policy probably does not let pods
// reach. The network's path is that of its block. A store that backups share
// with the data that the database describes is not this cluster's to report.
func WarnUnreachable(p *validate.Problems, path, network *field.Path, s v1alpha1.PostgresClusterSpec, n v1alpha1.PostgresNetwork, use Use) {
	b, r := *s.Backup, s.Recovery
	if *b.Enabled && !objectstore.SameEndpoint(b.Endpoint, use.store().Endpoint) {
		objectstore.WarnPrivate(p, path.Child("backup", "endpoint"), b.Endpoint, network.Child("backupS3"), *n.BackupS3)
	}
	if r != nil && !objectstore.SameEndpoint(r.Endpoint, use.store().Endpoint) && (!*b.Enabled || !objectstore.SameEndpoint(r.Endpoint, b.Endpoint)) {
		objectstore.WarnPrivate(p, path.Child("recovery", "endpoint"), r.Endpoint, network.Child("recoveryS3"), *n.RecoveryS3)
	}
}
