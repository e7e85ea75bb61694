package connectivity

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// groupPostgres is the API group of CloudNativePG, whose pods only the operator
// makes.
const groupPostgres = "postgresql.cnpg.io"

// Roles of the pods of a PostgreSQL cluster.
const (
	RolePrimary = "primary"
	RoleReplica = "replica"
	RoleJob     = "job"
)

// postgresPods are those that CloudNativePG makes for a Cluster or a Pooler, with
// the labels and the names of ports that it gives them.
func postgresPods(o manifest.Object) []Pod {
	switch o.Kind {
	case "Cluster":
		own := with(labelsAt(o, "spec", "inheritedMetadata", "labels"), operatorLabels(o.Name, "database"))
		pod := func(role string, set labels.Set, ports ...corev1.ContainerPort) Pod {
			return Pod{Owner: o.ID, Role: role, Namespace: o.Namespace, Labels: with(own, set), Ports: ports}
		}
		instance := func(role string) Pod {
			return pod(role, labels.Set{"cnpg.io/podRole": "instance", "cnpg.io/instanceRole": role, "role": role},
				port("postgresql", naming.PortPostgres), port("metrics", naming.PortPostgresMetrics), port("status", naming.PortPostgresStatus))
		}
		return []Pod{instance(RolePrimary), instance(RoleReplica), pod(RoleJob, labels.Set{"cnpg.io/jobRole": "join"})}
	case "Pooler":
		cluster, _ := manifest.Lookup(o.Fields, "spec", "cluster", "name").(string)
		own := with(operatorLabels(cluster, "pooler"), labels.Set{naming.LabelCNPGPooler: o.Name, "cnpg.io/podRole": "pooler"})
		return []Pod{{
			Owner:     o.ID,
			Namespace: o.Namespace,
			Labels:    with(labelsAt(o, "spec", "template", "metadata", "labels"), own),
			Ports:     []corev1.ContainerPort{port("pgbouncer", naming.PortPostgres), port("metrics", naming.PortPoolerMetrics)},
		}}
	default:
		return nil
	}
}

// operatorLabels are those on all pods that belong to a cluster.
func operatorLabels(cluster, component string) labels.Set {
	return labels.Set{
		naming.LabelCNPGCluster: cluster,
		naming.LabelName:        "postgresql",
		naming.LabelInstance:    cluster,
		naming.LabelComponent:   component,
		naming.LabelManagedBy:   naming.AppPostgresOperator,
	}
}

func port(name string, number int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: number, Protocol: corev1.ProtocolTCP}
}
