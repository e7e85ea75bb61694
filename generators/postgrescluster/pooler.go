package postgrescluster

import (
	"strconv"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// maxPreparedStatements lets PgBouncer carry prepared statements over server
// connections, which Attic's client library relies on and which transaction
// pooling would otherwise break.
const maxPreparedStatements = 200

func pooler(o Options) *cnpgv1.Pooler {
	spec := o.Spec.Pooler
	name := o.Names.Pooler()
	return &cnpgv1.Pooler{
		TypeMeta:   metav1.TypeMeta{APIVersion: postgresGroup + "/v1", Kind: "Pooler"},
		ObjectMeta: o.Scope.Object(o.poolerOf()),
		Spec: cnpgv1.PoolerSpec{
			Cluster:   cnpgv1.LocalObjectReference{Name: o.Names.Name},
			Type:      cnpgv1.PoolerTypeRW,
			Instances: spec.Instances,
			PgBouncer: &cnpgv1.PgBouncerSpec{
				PoolMode: cnpgv1.PgBouncerPoolModeTransaction,
				Parameters: map[string]string{
					"client_tls_sslmode":      "require",
					"default_pool_size":       strconv.Itoa(int(*spec.DefaultPoolSize)),
					"max_client_conn":         strconv.Itoa(int(*spec.MaxClientConnections)),
					"max_prepared_statements": strconv.Itoa(maxPreparedStatements),
				},
			},
			Template: &cnpgv1.PodTemplateSpec{
				ObjectMeta: cnpgv1.Metadata{Labels: o.Scope.Pod(o.poolerOf()).Labels, Annotations: o.Scope.Annotations},
				Spec: corev1.PodSpec{
					PriorityClassName: o.Scheduling.PriorityClassName,
					NodeSelector:      o.Scheduling.NodeSelector,
					Tolerations:       hardened.Tolerations(o.Scheduling.Tolerations),
					Affinity: &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
						PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
							Weight: 100,
							PodAffinityTerm: corev1.PodAffinityTerm{
								TopologyKey:   corev1.LabelHostname,
								LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{naming.LabelCNPGPooler: name}},
							},
						}},
					}},
					// The operator merges the rest of the container into this.
					Containers: []corev1.Container{{
						Name:      "pgbouncer",
						Resources: hardened.Resources(*spec.Resources),
					}},
				},
			},
		},
	}
}
