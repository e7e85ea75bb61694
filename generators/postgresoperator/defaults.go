package postgresoperator

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// The chart, as its maintainers publish it.
const (
	DefaultRepository = "https://cloudnative-pg.github.io/charts"
	DefaultChart      = naming.AppPostgresOperator
	DefaultVersion    = "0.29.0"
)

// DefaultReplicas is one to lead and one to take over.
const DefaultReplicas = 2

var defaultResources = v1alpha1.ResourceRequirements{
	Requests: v1alpha1.ResourceList{CPU: "100m", Memory: "128Mi", EphemeralStorage: "64Mi"},
	Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "512Mi", EphemeralStorage: "512Mi"},
}

// Default is the spec with everything filled in that it leaves out. The argument
// is not modified.
func Default(o v1alpha1.PostgresOperator) v1alpha1.PostgresOperator {
	o = defaulting.DeepCopy(o)

	defaulting.Value(&o.Metadata.Namespace, naming.DefaultOperatorNamespace)
	s := &o.Spec
	chart := defaulting.Block(&s.Chart)
	*chart = v1alpha1.PostgresOperatorChart(CompleteRef(v1alpha1.ChartRef(*chart)))
	defaulting.Pointer(&s.Replicas, DefaultReplicas)
	defaulting.Pointer(&s.PodMonitor, true)
	hardened.DefaultResources(defaulting.Block(&s.Resources), defaultResources)
	network := defaulting.Block(&s.Network)
	hardened.DefaultClusterNetwork(&network.ClusterNetwork)
	hardened.DefaultKubernetesAPI(&network.KubernetesAPI)
	helmchart.DefaultRelease(&s.Release, o.Metadata.Name)
	return o
}

// CompleteRef is a reference to the operator's chart with everything filled in that
// it leaves out. A name without a repository is a chart of one's own, in a folder.
func CompleteRef(chart v1alpha1.ChartRef) v1alpha1.ChartRef {
	if chart.Name == "" {
		defaulting.Value(&chart.Repository, DefaultRepository)
	}
	defaulting.Value(&chart.Name, DefaultChart)
	defaulting.Value(&chart.Version, DefaultVersion)
	return chart
}
