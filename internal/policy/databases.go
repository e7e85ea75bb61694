package policy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// databaseKeys are keys that a Secret <cluster>-app of CloudNativePG has and
// that other Secrets of such a name hardly have.
var databaseKeys = []string{"uri", "fqdn-uri", "jdbc-uri", "fqdn-jdbc-uri", "pgpass", "dbname"}

// unreachableDatabases warns about workloads that use a PostgreSQL cluster which
// is not rendered, or between whose pods and which network policies stand: a typing
// error in a name would show only when the pods fail.
func unreachableDatabases(in Input) []Finding {
	net := connectivity.New(in.Objects)
	// One instance stands for all pods of a cluster.
	instances, pods := map[manifest.ID]connectivity.End{}, map[manifest.ID]connectivity.Pod{}
	for _, pod := range net.Pods() {
		if pod.Owner.Group != groupPostgres {
			pods[pod.Owner] = pod
		} else if pod.Role == connectivity.RolePrimary {
			instances[pod.Owner] = connectivity.To(pod)
		}
	}
	var found []Finding
	for _, o := range in.Objects {
		template, isWorkload := podOf(o)
		pod, known := pods[o.ID]
		if !isWorkload || !known {
			continue
		}
		for _, id := range databases(net, pod, template.Spec) {
			name := id.Namespace + "/" + id.Name
			f := Finding{
				Object:   o.ID,
				Message:  fmt.Sprintf("names PostgreSQL cluster %s, which this environment does not render", name),
				Hint:     "check the name, or name the PostgresCluster under generators too",
				Rendered: fmt.Sprintf("renders %s, which names PostgreSQL cluster %s, which this environment does not render", o.ID, name),
			}
			if instance, rendered := instances[id]; rendered {
				why, hint, refused := refusal(net, connectivity.To(pod), instance)
				if !refused {
					continue
				}
				f.Message = fmt.Sprintf("has pods that cannot connect to PostgreSQL cluster %s: %s", name, why)
				f.Rendered = fmt.Sprintf("renders %s, whose pods cannot connect to PostgreSQL cluster %s: %s", o.ID, name, why)
				f.Hint = hint
			}
			found = append(found, f)
		}
	}
	return found
}

// refusal tells why pods cannot connect to an instance. They can where too little
// is known to say that they cannot.
func refusal(net *connectivity.Net, pod, instance connectivity.End) (why, hint string, refused bool) {
	switch {
	case !net.MayEnter(pod, instance).Has(corev1.ProtocolTCP, naming.PortPostgres):
		return "no network policy of the cluster lets them in on port 5432",
			"write a label of the pods under spec.allowedPodLabels of the PostgresCluster, or their namespace under spec.allowedPeers; an AtticCache has both under spec.postgres", true
	case !net.MayReach(pod, instance).Has(corev1.ProtocolTCP, naming.PortPostgres):
		return "no network policy of theirs lets them out on port 5432",
			"name the cluster under spec.postgres of the HPADeployment, or add a NetworkPolicy that lets the pods out to those with the label " + naming.LabelCNPGCluster, true
	default:
		return "", "", false
	}
}

// groupPostgres is the API group of CloudNativePG.
const groupPostgres = "postgresql.cnpg.io"

// databases are the PostgreSQL clusters that a pod uses: those that its policies
// name, and those whose Secrets its variables come from.
func databases(net *connectivity.Net, pod connectivity.Pod, spec corev1.PodSpec) []manifest.ID {
	var all []manifest.ID
	add := func(namespace, name string) {
		id := manifest.ID{Group: groupPostgres, Kind: "Cluster", Namespace: namespace, Name: name}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	for _, policy := range net.Policies(pod) {
		for _, rule := range policy.Spec.Egress {
			if !opensPostgres(rule.Ports) {
				continue
			}
			for _, peer := range rule.To {
				if peer.PodSelector == nil || peer.PodSelector.MatchLabels[naming.LabelCNPGCluster] == "" {
					continue
				}
				at := policy.Namespace
				if peer.NamespaceSelector != nil {
					at = peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
				}
				if at != "" {
					add(at, peer.PodSelector.MatchLabels[naming.LabelCNPGCluster])
				}
			}
		}
	}
	for _, container := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, v := range container.Env {
			if v.ValueFrom == nil || v.ValueFrom.SecretKeyRef == nil || !slices.Contains(databaseKeys, v.ValueFrom.SecretKeyRef.Key) {
				continue
			}
			if name, ok := strings.CutSuffix(v.ValueFrom.SecretKeyRef.Name, "-app"); ok && name != "" {
				add(pod.Namespace, name)
			}
		}
	}
	return all
}

// opensPostgres tells whether ports include PostgreSQL's; a name may be any, for as
// long as the pods that it is looked up in are not known.
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
