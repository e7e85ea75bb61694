package v1alpha1

// Placement is the namespace that a spec's objects go into, what all of them
// carry, and which nodes their pods run on.
type Placement struct {
	// Namespace is whether to create the namespace and how Pod Security holds
	// it. Default: created, restricted.
	Namespace *Namespace `json:"namespace,omitempty"`

	// Labels for every object and pod. Never part of a selector. Default: none.
	Labels map[string]string `json:"labels,omitempty"`

	// Annotations for every object and pod. Default: none.
	Annotations map[string]string `json:"annotations,omitempty"`

	// PriorityClassName is the PriorityClass of every pod, in a cache also of
	// PostgreSQL's. Default: none.
	PriorityClassName string `json:"priorityClassName,omitempty"`

	// Tolerations of every pod, in a cache also of PostgreSQL's. Default: none.
	Tolerations []Toleration `json:"tolerations,omitempty"`

	// NodeSelector is the labels of the nodes that pods may run on, in a cache
	// also PostgreSQL's. Default: none.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
}

// Namespace is how the namespace itself is treated.
type Namespace struct {
	// Create the Namespace object. Set false when something else owns it, or
	// when another spec in the same environment already creates it. Default:
	// true.
	Create *bool `json:"create,omitempty"`

	// PodSecurity is the level that is enforced: restricted, baseline or
	// privileged. Anything but restricted is audited and warned about. Default:
	// restricted (the reference's checklist).
	PodSecurity string `json:"podSecurity,omitempty"`

	// PodSecurityVersion is the Kubernetes minor version whose profiles are
	// enforced, audited and warned about, or latest. Default: v1.34
	// (the oldest that CloudNativePG 1.30 supports; pinned, so that a cluster
	// upgrade does not change what is admitted).
	PodSecurityVersion string `json:"podSecurityVersion,omitempty"`
}

// Security is who processes run as. Everything else about their
// hardening is fixed.
type Security struct {
	// RunAsUser is the numeric user. Default: 1000 (the reference's
	// checklist).
	RunAsUser *int64 `json:"runAsUser,omitempty"`
	// RunAsGroup is the numeric group, also of volumes. Default: 1000.
	RunAsGroup *int64 `json:"runAsGroup,omitempty"`
	// HostUsers set false puts pods into a user namespace of their own, which
	// the nodes must support. Default: left to the cluster.
	HostUsers *bool `json:"hostUsers,omitempty"`
}
