package v1alpha1

// Scaling is a Deployment's size: replicas, autoscaling and how many of its
// pods may be away at once.
type Scaling struct {
	// MinReplicas is the HorizontalPodAutoscaler's lower bound. Default: 2 (the
	// reference's tuning table).
	MinReplicas *int32 `json:"minReplicas,omitempty"`

	// MaxReplicas is its upper bound. In a cache, each replica opens up to 10
	// PostgreSQL connections. Default: 10 (the reference's tuning table).
	MaxReplicas *int32 `json:"maxReplicas,omitempty"`

	// CPUTargetPercent is the mean CPU use to scale towards, in percent of the
	// CPU request. Default: 70 (the reference's tuning table).
	CPUTargetPercent *int32 `json:"cpuTargetPercent,omitempty"`

	// MemoryTargetPercent is the mean memory use to scale towards, in percent
	// of the memory request: 80 % of the default request of 128Mi is 102Mi,
	// which an idle server may already exceed; raise the request when replicas
	// never go down. Default: 80 (the reference's tuning table).
	MemoryTargetPercent *int32 `json:"memoryTargetPercent,omitempty"`

	// ScaleUp is how fast replicas are added. Default: at once, by 100 % or 4
	// pods in 15 s, whichever is more (the reference's HPA table).
	ScaleUp *ScalingRules `json:"scaleUp,omitempty"`

	// ScaleDown is how fast replicas are removed. Default: after 300 s, by 10 %
	// or 2 pods in 60 s, whichever is more (the reference's HPA table).
	ScaleDown *ScalingRules `json:"scaleDown,omitempty"`

	// PodDisruptionBudget is how many pods a node drain may take at once.
	// Default: maxUnavailable 1.
	PodDisruptionBudget *PodDisruptionBudget `json:"podDisruptionBudget,omitempty"`

	// TopologySpread is how replicas are spread. Default: over zones and hosts
	// with skew 1, as far as nodes allow.
	TopologySpread *TopologySpread `json:"topologySpread,omitempty"`
}

// ScalingRules is one direction of the autoscaler's behaviour.
type ScalingRules struct {
	// StabilizationWindowSeconds is how long a recommendation must hold, 0 to
	// 3600 seconds. Default: 0 up, 300 down.
	StabilizationWindowSeconds *int32 `json:"stabilizationWindowSeconds,omitempty"`
	// Percent is how many pods may change in one period, in percent of the
	// current replicas. Default: 100 up, 10 down.
	Percent *int32 `json:"percent,omitempty"`
	// Pods is how many pods may change in one period. Default: 4 up, 2 down.
	Pods *int32 `json:"pods,omitempty"`
	// PeriodSeconds is the length of a period, 1 to 1800 seconds. Default: 15
	// up, 60 down.
	PeriodSeconds *int32 `json:"periodSeconds,omitempty"`
	// SelectPolicy is which of percent and pods counts: Max, Min or Disabled.
	// Default: Max.
	SelectPolicy string `json:"selectPolicy,omitempty"`
}

// PodDisruptionBudget is one of two limits on voluntary disruptions.
type PodDisruptionBudget struct {
	// MaxUnavailable is how many pods may be away at once. Default: 1, unless
	// minAvailable is set.
	MaxUnavailable IntOrPercent `json:"maxUnavailable,omitempty"`
	// MinAvailable is how many pods must be there at any time, instead of
	// maxUnavailable. It must stay below minReplicas, or no node could ever be
	// drained. Default: none.
	MinAvailable IntOrPercent `json:"minAvailable,omitempty"`
}

// TopologySpread is how far failure domains, such as zones and hosts, may differ.
type TopologySpread struct {
	// MaxSkew is the largest difference in pods between two domains. Default: 1.
	MaxSkew *int32 `json:"maxSkew,omitempty"`
	// WhenUnsatisfiable is ScheduleAnyway or DoNotSchedule. Default:
	// ScheduleAnyway (a one-node cluster still runs every replica).
	WhenUnsatisfiable string `json:"whenUnsatisfiable,omitempty"`
	// TopologyKeys are the node labels that name a domain. Default:
	// topology.kubernetes.io/zone and kubernetes.io/hostname.
	TopologyKeys []string `json:"topologyKeys,omitempty"`
}

// Probes are the kubelet's checks of a container.
type Probes struct {
	// Startup holds the other two back until it passes. Default: at once, every
	// 5 s, 5 s timeout, 30 failures.
	Startup *Probe `json:"startup,omitempty"`
	// Liveness restarts the container. Default: after 10 s, every 30 s, 5 s
	// timeout, 3 failures (the reference's probe configuration).
	Liveness *Probe `json:"liveness,omitempty"`
	// Readiness takes the pod out of the Service. Default: after 5 s, every
	// 10 s, 5 s timeout, 3 failures (the reference's probe configuration).
	Readiness *Probe `json:"readiness,omitempty"`
}

// Probe is the timing of one check.
type Probe struct {
	// InitialDelaySeconds is the time before the first check, in seconds.
	InitialDelaySeconds *int32 `json:"initialDelaySeconds,omitempty"`
	// PeriodSeconds is the time from one check to the next, in seconds.
	PeriodSeconds *int32 `json:"periodSeconds,omitempty"`
	// TimeoutSeconds is how long one check may take, in seconds; at most
	// periodSeconds.
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty"`
	// FailureThreshold is how many checks in a row must fail.
	FailureThreshold *int32 `json:"failureThreshold,omitempty"`
}
