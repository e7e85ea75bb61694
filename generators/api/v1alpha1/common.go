package v1alpha1

// Metadata is what names a spec, as everywhere in Kubernetes.
type Metadata struct {
	// Name is the name of the main objects, such as a cache's Deployment,
	// Service, Ingress and HPA, and the prefix of every other one: a DNS label of
	// at most 36 characters, so that the longest derived name still fits.
	// Required.
	Name string `json:"name"`

	// Namespace is where every namespaced object goes. Default: nix-cache for an
	// AtticCache (the reference's Quick Reference table), cnpg-system for a
	// PostgresOperator (the reference's example); the other kinds must say.
	Namespace string `json:"namespace,omitempty"`

	// Labels of the spec itself. They are read by kustomize, not generated;
	// spec.labels, in kinds that have it, labels what is generated. Default: none.
	Labels map[string]string `json:"labels,omitempty"`

	// Annotations of the spec itself: where kustomize finds which function to
	// run (config.kubernetes.io/function). What is generated gets
	// spec.annotations, in kinds that have it. Default: none.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Quantity is a Kubernetes quantity such as 100m, 512Mi or 10Gi.
type Quantity string

// Duration is a length of time as Attic reads it: numbers with units, as in
// 12h, 90d, "3 months" or "1h 30m". Units: s, m, h, d (24 h), w (7 d), month
// (30.44 d), y (365.25 d), their long names and plurals.
type Duration string

// IntOrPercent is a whole number (2) or a percentage (50%).
type IntOrPercent string

// ResourceRequirements are the compute resources of one container.
type ResourceRequirements struct {
	// Requests are what the scheduler sets aside.
	Requests ResourceList `json:"requests,omitzero"`
	// Limits are what the container may use at most.
	Limits ResourceList `json:"limits,omitzero"`
}

// ResourceList is an amount of each compute resource.
type ResourceList struct {
	// CPU in cores, as in 1, or in thousandths of a core, as in 250m.
	CPU Quantity `json:"cpu,omitempty"`
	// Memory in bytes, with a suffix such as Mi or Gi: 512Mi.
	Memory Quantity `json:"memory,omitempty"`
	// EphemeralStorage is node disk for logs, /tmp and the like, in bytes, with
	// a suffix such as Mi or Gi: 64Mi.
	EphemeralStorage Quantity `json:"ephemeralStorage,omitempty"`
}

// SecretKeyRef is one key of a Secret in the cache's namespace.
type SecretKeyRef struct {
	// SecretName is the Secret's name. Default: by use (stated at the field that
	// holds the block).
	SecretName string `json:"secretName,omitempty"`
	// Key is the key in the Secret's data. Default: by use (likewise).
	Key string `json:"key,omitempty"`
}

// Toleration lets pods onto tainted nodes, as in a pod spec.
type Toleration struct {
	// Key is the taint's key. Default: none (with operator Exists, every taint
	// is tolerated).
	Key string `json:"key,omitempty"`
	// Operator is Exists or Equal. Default: Equal (Kubernetes).
	Operator string `json:"operator,omitempty"`
	// Value is the taint's value, for operator Equal. Default: none.
	Value string `json:"value,omitempty"`
	// Effect is NoSchedule, PreferNoSchedule or NoExecute. Default: all three
	// (Kubernetes).
	Effect string `json:"effect,omitempty"`
	// TolerationSeconds is how long a pod stays on a NoExecute taint, in
	// seconds. Default: for ever (Kubernetes).
	TolerationSeconds *int64 `json:"tolerationSeconds,omitempty"`
}

// Peer is a set of pods in another namespace, for network policies.
type Peer struct {
	// Namespace is matched by the label kubernetes.io/metadata.name.
	Namespace string `json:"namespace,omitempty"`
	// PodLabels are matched exactly. Setting any label here removes the default
	// ones.
	PodLabels map[string]string `json:"podLabels,omitempty"`
}
