package postgrescluster

import (
	"fmt"
	"strconv"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
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

// poolerBudget keeps one of several PgBouncers while nodes are drained: the
// operator makes budgets for its clusters, not for their poolers. A single one
// gets none, which would hold up every drain.
func poolerBudget(o Options) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: o.Scope.Object(o.poolerOf()),
		Spec: policyv1.PodDisruptionBudgetSpec{
			Selector:       &metav1.LabelSelector{MatchLabels: map[string]string{naming.LabelCNPGPooler: o.Names.Pooler()}},
			MaxUnavailable: new(intstr.FromInt32(1)),
			// A pod that is not ready anyway must not hold up a drain.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}
}

// ReservedConnections is PostgreSQL's superuser_reserved_connections, which it
// keeps back for administrators.
const ReservedConnections = 3

// validatePools compares what a pooler may open with what PostgreSQL takes.
func validatePools(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec, use Use) {
	limit, ok := MaxConnections(s.Parameters)
	instances, size := int(*s.Pooler.Instances), int(*s.Pooler.DefaultPoolSize)
	if !ok || instances < 1 || size < 1 {
		return // Sums of numbers that are reported anyway say nothing.
	}
	need, usable := instances*size+use.Direct, limit-ReservedConnections
	if need <= usable {
		return
	}
	direct := ""
	if use.Direct > 0 {
		direct = fmt.Sprintf(" with %d for %s", use.Direct, use.DirectFor)
	}
	p.Add(path.Child("pooler", "defaultPoolSize"), fmt.Sprintf("is %d × %d instances, which%s needs %d connections of %d (max_connections %d less %d reserved)",
		size, instances, direct, need, usable, limit, ReservedConnections),
		fmt.Sprintf("lower it, or raise %s", path.Child("parameters", "max_connections")))
}
