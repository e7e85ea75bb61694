package v1alpha1

// KindHPADeployment is the kind of [HPADeployment].
const KindHPADeployment = "HPADeployment"

// HPADeployment is a service whose size is the autoscaler's business: a
// Deployment that runs hardened, with Service, HorizontalPodAutoscaler,
// PodDisruptionBudget and network policy, and with Ingress, metrics and volumes
// where they are wanted. It is the reference's hpa-deployment module.
type HPADeployment struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always HPADeployment. Required.
	Kind string `json:"kind"`
	// Metadata is what names the service. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what differs from the defaults. Required.
	Spec HPADeploymentSpec `json:"spec"`
}

// HPADeploymentSpec is what one service should be like. Only spec.image is
// required.
type HPADeploymentSpec struct {
	// Image of the service, pinned by digest, commit hash or exact version.
	// Required.
	Image string `json:"image"`

	// ImagePullSecrets are the names of Secrets with registry credentials.
	// Default: none.
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`

	// Command is run instead of the image's entry point. Default: none (the
	// image's own).
	Command []string `json:"command,omitempty"`

	// Args of the entry point. Default: none (the image's own).
	Args []string `json:"args,omitempty"`

	// Port is what the container listens on. Default: 8080 (the reference's
	// container_port).
	Port *int32 `json:"port,omitempty"`

	// ServicePort is the port of the Service, which leads to port. Default: 80.
	ServicePort *int32 `json:"servicePort,omitempty"`

	// ExtraPorts are further ports, by name: up to 15 lower-case letters, digits
	// and hyphens. Whoever may reach port from inside the cluster may reach them
	// too; the Ingress leads to port alone. Default: none.
	ExtraPorts map[string]ExtraPort `json:"extraPorts,omitempty"`

	// Resources of each replica. Default: 100m CPU and 128Mi requested, 1000m
	// CPU and 512Mi at most (what the reference gives its own service), 64Mi to
	// 256Mi of node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// Probes are how the kubelet checks each replica.
	Probes *ServiceProbes `json:"probes,omitempty"`

	// HealthPath is what probes of type http ask for. It must answer with a
	// status from 200 to 399 without a login, and should not need the database:
	// when that is away, every replica would be restarted. Default: /.
	HealthPath string `json:"healthPath,omitempty"`

	// DrainSeconds is how long a stopping pod still takes requests, in seconds,
	// while the news that it is going reaches who sends them; 0 stops it at
	// once. Default: 10.
	DrainSeconds *int64 `json:"drainSeconds,omitempty"`

	// TerminationGracePeriodSeconds is how long a pod may take to stop, in
	// seconds, drainSeconds included: running requests are cut after it.
	// Default: 60.
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`

	// Env is the environment, by the name of the variable. A value can refer to
	// another variable as $(NAME). Default: none.
	Env map[string]EnvVar `json:"env,omitempty"`

	// EnvFrom is variables from whole ConfigMaps and Secrets; those of env win.
	EnvFrom *EnvFrom `json:"envFrom,omitempty"`

	// Volumes are what is mounted, by a name of your own: a DNS label. Default:
	// none (/tmp is always there, with 64Mi).
	Volumes map[string]ServiceVolume `json:"volumes,omitempty"`

	// PersistentVolumeClaims are claims that volumes refer to, by a name of your
	// own; the object is called <name>- and that name. Default: none.
	PersistentVolumeClaims map[string]VolumeClaim `json:"persistentVolumeClaims,omitempty"`

	// ServiceAccount is what the pods run as.
	ServiceAccount *ServiceAccount `json:"serviceAccount,omitempty"`

	// Postgres is the PostgresClusters in the same namespace that the pods may
	// reach, beside those that env and volumes refer to anyway. Default: none.
	Postgres []string `json:"postgres,omitempty"`

	// Ingress is how requests come in from outside. Default: not wanted.
	Ingress *ServiceIngress `json:"ingress,omitempty"`

	// Metrics is how Prometheus finds the service. An empty block, {}, is a
	// ServiceMonitor with its defaults. Default: not wanted (an image without
	// metrics would be a target that is always down).
	Metrics *Metrics `json:"metrics,omitempty"`

	// Network is whom the pods may talk to.
	Network *ServiceNetwork `json:"network,omitempty"`

	// Security is who the processes run as.
	Security *Security `json:"security,omitempty"`

	// Relaxations are what an image cannot do without. Each is reported whenever
	// the spec is rendered.
	Relaxations *Relaxations `json:"relaxations,omitempty"`

	Scaling   `json:",inline"`
	Placement `json:",inline"`
}

// ExtraPort is a port beside the main one.
type ExtraPort struct {
	// Port is what the container listens on. Required.
	Port int32 `json:"port"`
	// ServicePort is the port of the Service. Default: the same.
	ServicePort *int32 `json:"servicePort,omitempty"`
}

// ServiceProbes are the kubelet's checks of a service of any kind.
type ServiceProbes struct {
	// Type is how it asks: http (a GET for healthPath) or tcp (the port takes
	// connections; for an image without a page of its health). Default: http.
	Type string `json:"type,omitempty"`

	// Host is the Host header of probes of type http, for a server that refuses
	// a request for its own address. Default: none (the pod's address).
	Host string `json:"host,omitempty"`

	Probes `json:",inline"`
}

// ServiceAccount is the account that pods run as. Its token is mounted only by
// relaxations.serviceAccountToken.
type ServiceAccount struct {
	// Create the account. Set false for one that something else owns. Default:
	// true.
	Create *bool `json:"create,omitempty"`
	// Name of the account. Default: <name>.
	Name string `json:"name,omitempty"`
	// Annotations of the account, by which clouds give its pods a role. Default:
	// none.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Relaxations are parts of the hardening that are given up for an image that
// cannot run without. What the restricted profile of Pod Security refuses also
// takes spec.namespace.podSecurity.
type Relaxations struct {
	// WritablePaths are directories that the process can write to, by their
	// path, with the size each may have. What is written is lost with the pod;
	// what the image has there is hidden. /tmp is always writable, with 64Mi;
	// name it to change that. Default: none.
	WritablePaths map[string]Quantity `json:"writablePaths,omitempty"`

	// WritableRootFilesystem lets the process change the files of the image, for
	// one that rewrites its own configuration. Default: false.
	WritableRootFilesystem bool `json:"writableRootFilesystem,omitempty"`

	// RootGroup runs the process as group 0, which owns the files that images for
	// OpenShift write to. It takes the place of security.runAsGroup. Default:
	// false.
	RootGroup bool `json:"rootGroup,omitempty"`

	// RunAsRoot runs the process as user 0. It takes the place of
	// security.runAsUser. Default: false.
	RunAsRoot bool `json:"runAsRoot,omitempty"`

	// Capabilities are those that are added again after all were dropped, as in
	// NET_BIND_SERVICE. Default: none.
	Capabilities []string `json:"capabilities,omitempty"`

	// PrivilegeEscalation lets the process get more rights than it started with,
	// by setuid programs and files with capabilities. Default: false.
	PrivilegeEscalation bool `json:"privilegeEscalation,omitempty"`

	// ServiceAccountToken mounts the token of the service account, for a process
	// that talks to the Kubernetes API. Default: false.
	ServiceAccountToken bool `json:"serviceAccountToken,omitempty"`
}
