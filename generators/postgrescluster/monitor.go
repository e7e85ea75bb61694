package postgrescluster

import (
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// podMonitor replaces the operator's own, which is deprecated and goes away
// with the cluster's manifest option.
func podMonitor(o Options) *monitoringv1.PodMonitor {
	return monitor(o, o.of(o.Names.Name), map[string]string{
		naming.LabelCNPGCluster: o.Names.Name,
		labelPodRole:            "instance",
	})
}

// poolerMonitor scrapes PgBouncer.
func poolerMonitor(o Options) *monitoringv1.PodMonitor {
	return monitor(o, o.poolerOf(), map[string]string{naming.LabelCNPGPooler: o.Names.Pooler()})
}

func (o Options) poolerOf() meta.Of {
	return meta.Of{Name: o.Names.Pooler(), App: "pgbouncer", Component: "pooler"}
}

// labelPodRole tells CloudNativePG's instances from its poolers; both carry the
// cluster's name.
const labelPodRole = "cnpg.io/podRole"

func monitor(o Options, of meta.Of, selector map[string]string) *monitoringv1.PodMonitor {
	return &monitoringv1.PodMonitor{
		TypeMeta:   metav1.TypeMeta{APIVersion: "monitoring.coreos.com/v1", Kind: "PodMonitor"},
		ObjectMeta: o.Scope.Object(of),
		Spec: monitoringv1.PodMonitorSpec{
			Selector:            metav1.LabelSelector{MatchLabels: selector},
			PodMetricsEndpoints: []monitoringv1.PodMetricsEndpoint{{Port: new(naming.PortNameMetrics)}},
		},
	}
}
