package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// databaseKeys are keys that a Secret <cluster>-app of CloudNativePG has and
// that other Secrets of such a name hardly have.
var databaseKeys = []string{"uri", "fqdn-uri", "jdbc-uri", "fqdn-jdbc-uri", "pgpass", "dbname"}

// unreachableDatabases warns about workloads that use a PostgreSQL cluster which
// is not rendered, or whose network policies do not let their pods in: a typing
// error in a name would show only when the pods fail.
func unreachableDatabases(in Input) []Finding {
	clusters := map[manifest.ID]manifest.Object{}
	for _, o := range in.Objects {
		if o.Kind == "Cluster" && o.Group == groupPostgres {
			clusters[o.ID] = o
		}
	}
	net := networkOf(in.Objects)
	var found []Finding
	for _, o := range in.Objects {
		pod, isWorkload := podOf(o)
		if !isWorkload {
			continue
		}
		for _, id := range net.databases(o.Namespace, pod) {
			name := id.Namespace + "/" + id.Name
			f := Finding{
				Object:   o.ID,
				Message:  fmt.Sprintf("names PostgreSQL cluster %s, which this environment does not render", name),
				Hint:     "check the name, or name the PostgresCluster under generators too",
				Rendered: fmt.Sprintf("renders %s, which names PostgreSQL cluster %s, which this environment does not render", o.ID, name),
			}
			if cluster, rendered := clusters[id]; rendered {
				if net.admits(cluster, o.Namespace, pod.Labels) {
					continue
				}
				f.Message = fmt.Sprintf("has pods that cannot connect to PostgreSQL cluster %s: no network policy of the cluster lets them in on port 5432", name)
				f.Rendered = fmt.Sprintf("renders %s, whose pods cannot connect to PostgreSQL cluster %s: no network policy of the cluster lets them in on port 5432", o.ID, name)
				f.Hint = "write a label of the pods under spec.allowedPodLabels of the PostgresCluster, or their namespace under spec.allowedPeers"
			}
			found = append(found, f)
		}
	}
	return found
}

// groupPostgres is the API group of CloudNativePG.
const groupPostgres = "postgresql.cnpg.io"

// network is the network policies of an environment, and what is known of its
// namespaces.
type network struct {
	policies   []networkingv1.NetworkPolicy
	namespaces map[string]labels.Set
}

func networkOf(objects []manifest.Object) network {
	net := network{namespaces: map[string]labels.Set{}}
	for _, o := range objects {
		switch {
		case o.Kind == "Namespace" && o.Group == "":
			set := labels.Set{}
			all, _ := manifest.Lookup(o.Fields, "metadata", "labels").(map[string]any)
			for key, value := range all {
				set[key], _ = value.(string)
			}
			net.namespaces[o.Name] = set
		case o.Kind == "NetworkPolicy" && o.Group == "networking.k8s.io":
			var policy networkingv1.NetworkPolicy
			data, err := json.Marshal(o.Fields)
			if err == nil && json.Unmarshal(data, &policy) == nil {
				net.policies = append(net.policies, policy)
			}
		}
	}
	return net
}

// databases are the PostgreSQL clusters that a pod uses: those that it may
// connect to, and those whose Secrets its variables come from.
func (n network) databases(namespace string, pod corev1.PodTemplateSpec) []manifest.ID {
	var all []manifest.ID
	add := func(namespace, name string) {
		id := manifest.ID{Group: groupPostgres, Kind: "Cluster", Namespace: namespace, Name: name}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	for _, policy := range n.policies {
		if policy.Namespace != namespace || !selects(policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		for _, rule := range policy.Spec.Egress {
			if !opensPostgres(rule.Ports) {
				continue
			}
			for _, peer := range rule.To {
				if peer.PodSelector == nil || peer.PodSelector.MatchLabels[naming.LabelCNPGCluster] == "" {
					continue
				}
				at := namespace
				if peer.NamespaceSelector != nil {
					at = peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
				}
				if at != "" {
					add(at, peer.PodSelector.MatchLabels[naming.LabelCNPGCluster])
				}
			}
		}
	}
	for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, v := range container.Env {
			if v.ValueFrom == nil || v.ValueFrom.SecretKeyRef == nil || !slices.Contains(databaseKeys, v.ValueFrom.SecretKeyRef.Key) {
				continue
			}
			if name, ok := strings.CutSuffix(v.ValueFrom.SecretKeyRef.Name, "-app"); ok && name != "" {
				add(namespace, name)
			}
		}
	}
	return all
}

// admits tells whether pods may connect to a PostgreSQL cluster, also where too
// little is known to say that they may not.
func (n network) admits(cluster manifest.Object, namespace string, pod labels.Set) bool {
	own := labels.Set{naming.LabelCNPGCluster: cluster.Name, "cnpg.io/podRole": "instance"}
	inherited, _ := manifest.Lookup(cluster.Fields, "spec", "inheritedMetadata", "labels").(map[string]any)
	for key, value := range inherited {
		own[key], _ = value.(string)
	}
	governed := false
	for _, policy := range n.policies {
		ingress := len(policy.Spec.PolicyTypes) == 0 || slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		if !ingress || policy.Namespace != cluster.Namespace || !selects(policy.Spec.PodSelector, own) {
			continue
		}
		governed = true
		for _, rule := range policy.Spec.Ingress {
			from := func(peer networkingv1.NetworkPolicyPeer) bool {
				return n.isFrom(peer, policy.Namespace, namespace, pod)
			}
			if opensPostgres(rule.Ports) && (len(rule.From) == 0 || slices.ContainsFunc(rule.From, from)) {
				return true
			}
		}
	}
	return !governed
}

// isFrom tells whether a peer in a policy of one namespace can be a pod of
// another. Addresses can be anybody's, and the labels of a namespace that is not
// rendered any.
func (n network) isFrom(peer networkingv1.NetworkPolicyPeer, home, namespace string, pod labels.Set) bool {
	if peer.IPBlock != nil {
		return true
	}
	if peer.PodSelector != nil && !selects(*peer.PodSelector, pod) {
		return false
	}
	if peer.NamespaceSelector == nil {
		return namespace == home
	}
	known, rendered := n.namespaces[namespace]
	if name, ok := peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]; ok && name != namespace {
		return false
	}
	return !rendered || selects(*peer.NamespaceSelector, labels.Merge(known, labels.Set{corev1.LabelMetadataName: namespace}))
}

// selects tells whether a selector, as far as it is one, matches labels.
func selects(selector metav1.LabelSelector, set labels.Set) bool {
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	return err == nil && parsed.Matches(set)
}

// opensPostgres tells whether ports include PostgreSQL's; a name may be any.
func opensPostgres(ports []networkingv1.NetworkPolicyPort) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		switch {
		case p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP:
			return false
		case p.Port == nil || p.Port.StrVal != "":
			return true
		case p.EndPort != nil:
			return p.Port.IntVal <= naming.PortPostgres && naming.PortPostgres <= *p.EndPort
		default:
			return p.Port.IntVal == naming.PortPostgres
		}
	})
}
