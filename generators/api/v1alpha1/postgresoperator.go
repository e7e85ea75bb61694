package v1alpha1

// KindPostgresOperator is the kind of [PostgresOperator].
const KindPostgresOperator = "PostgresOperator"

// PostgresOperator is CloudNativePG, the operator that runs every PostgresCluster:
// its Helm chart, hardened and closed off.
type PostgresOperator struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always PostgresOperator. Required.
	Kind string `json:"kind"`
	// Metadata is what names the operator. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what may differ from the defaults. Default: every default.
	Spec PostgresOperatorSpec `json:"spec,omitzero"`
}

// PostgresOperatorSpec is how the operator is installed.
type PostgresOperatorSpec struct {
	// Chart is which chart, from where. Default: cloudnative-pg 0.29.0 from the
	// project's own repository.
	Chart *PostgresOperatorChart `json:"chart,omitempty"`

	// Replicas of the operator, of which one leads. Default: 2 (the operator
	// decides who becomes primary: with one replica, a lost node that carried it
	// and the primary leaves nobody to decide until its pod is put elsewhere,
	// which takes five minutes).
	Replicas *int32 `json:"replicas,omitempty"`

	// PodMonitor lets the Prometheus operator scrape the operator. Default: true
	// (the reference's example).
	PodMonitor *bool `json:"podMonitor,omitempty"`

	// Resources of each replica. Default: 100m CPU, 128Mi memory and 64Mi
	// ephemeral storage requested, 500m, 512Mi and 512Mi at most.
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// Network is what the network policies open.
	Network *PostgresOperatorNetwork `json:"network,omitempty"`

	Release `json:",inline"`
}

// PostgresOperatorChart names one version of the operator's chart. Its SHA-256
// digest stands in charts.lock, where atticgen chart pull writes it.
type PostgresOperatorChart struct {
	// Repository is where the chart is pulled from: the URL of a chart
	// repository, or of an OCI registry with the path above the chart, as in
	// oci://ghcr.io/cloudnative-pg/charts. Default:
	// https://cloudnative-pg.github.io/charts (with a name and no repository, the
	// chart is a folder of its own in charts/, beside charts.lock).
	Repository string `json:"repository,omitempty"`

	// Name of the chart, as in its Chart.yaml. Default: cloudnative-pg.
	Name string `json:"name,omitempty"`

	// Version of the chart, exactly: a semantic version as in its Chart.yaml,
	// without ranges. Default: 0.29.0 (operator 1.30.0; the reference's 0.20.0 is
	// operator 1.22.0, which the plugin for backups does not run with).
	Version string `json:"version,omitempty"`

	// Insecure allows an http repository, or a registry without TLS. Default:
	// false.
	Insecure bool `json:"insecure,omitempty"`
}

// PostgresOperatorNetwork is whom the operator talks to, beside the instances of
// every cluster and the plugin for backups. Everything else is denied, both ways.
type PostgresOperatorNetwork struct {
	ClusterNetwork `json:",inline"`

	// KubernetesAPI is where the API server is. It cannot be selected by labels.
	// Default: any address.
	KubernetesAPI *KubernetesAPI `json:"kubernetesAPI,omitempty"`

	// WebhookCIDRs are the addresses from which the API server calls the
	// operator's webhooks: those of the control plane's nodes, or of the pods that
	// a managed cluster's tunnel ends at. Default: none (any address, for no label
	// tells the API server; the webhooks are for it alone, but have nothing to
	// hide).
	WebhookCIDRs []string `json:"webhookCIDRs,omitempty"`
}
