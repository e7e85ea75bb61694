package v1alpha1

// KindHelmChart is the kind of [HelmChart].
const KindHelmChart = "HelmChart"

// HelmChart is a Helm chart as plain objects: pinned by version and digest,
// inflated when it is rendered, without a cluster and without the network.
// Helm's hooks become ordinary objects, applied before or after the rest of the
// chart, which render reports. A chart whose templates are found to make up
// passwords, certificates or dates is refused: its output would change each time.
type HelmChart struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always HelmChart. Required.
	Kind string `json:"kind"`
	// Metadata is what names the release, and the namespace that it goes into.
	// Required.
	Metadata Metadata `json:"metadata"`
	// Spec is which chart, and with which values. Required.
	Spec HelmChartSpec `json:"spec"`
}

// HelmChartSpec is one release of one chart.
type HelmChartSpec struct {
	// Chart is which chart, from where. Required.
	Chart ChartRef `json:"chart"`

	// Stage of an environment that the chart belongs to: "platform" (before the
	// databases) or "cache" (after them and after the caches, for an application
	// of your own that uses them). The namespace and custom resource definitions
	// are in the stage platform all the same. Counts for delivery inflate.
	// Default: platform.
	Stage string `json:"stage,omitempty"`

	Release `json:",inline"`
}

// ChartRef names one version of one chart. Its SHA-256 digest stands in
// charts.lock, where atticgen chart pull writes it.
type ChartRef struct {
	// Repository is where the chart is pulled from: the URL of a chart
	// repository, as in https://cloudnative-pg.github.io/charts, or of an OCI
	// registry with the path above the chart, as in
	// oci://ghcr.io/cloudnative-pg/charts. Default: none (the chart is a folder of
	// its own in charts/, beside charts.lock).
	Repository string `json:"repository,omitempty"`

	// Name of the chart, as in its Chart.yaml. Required.
	Name string `json:"name"`

	// Version of the chart, exactly: a semantic version as in its Chart.yaml,
	// without ranges. Required.
	Version string `json:"version"`

	// Insecure allows an http repository, or a registry without TLS. Default:
	// false.
	Insecure bool `json:"insecure,omitempty"`
}

// Release is how a chart is installed.
type Release struct {
	// ReleaseName is Helm's .Release.Name. Default: metadata.name.
	ReleaseName string `json:"releaseName,omitempty"`

	// Values for the chart, over those of valuesFiles, typed as Helm types
	// them: numbers are floating-point numbers. Null removes a default of the
	// chart; one in an overlay's patch never reaches the chart, for kustomize
	// removes what the base says instead. Default: none.
	Values Values `json:"values,omitempty"`

	// ValuesFiles are files with values, by their paths below the folder with
	// charts.lock; later ones win. Default: none.
	ValuesFiles []string `json:"valuesFiles,omitempty"`

	// KubeVersion is what the chart sees as .Capabilities.KubeVersion. Default:
	// v1.34.0 (the oldest Kubernetes that CloudNativePG 1.30 supports).
	KubeVersion string `json:"kubeVersion,omitempty"`

	// APIVersions are what the chart sees in .Capabilities.APIVersions, beside
	// Kubernetes' own, as in monitoring.coreos.com/v1 or
	// monitoring.coreos.com/v1/ServiceMonitor. Default: none.
	APIVersions []string `json:"apiVersions,omitempty"`

	// IncludeCRDs renders the chart's crds folder. Default: true (Helm
	// installs it too).
	IncludeCRDs *bool `json:"includeCRDs,omitempty"`

	// SkipTests leaves out what the chart has for helm test. Set false, and tests
	// are applied after the rest, once for each content. Default: true.
	SkipTests *bool `json:"skipTests,omitempty"`

	// Delivery is who turns the chart into objects: "inflate" (atticgen, when it
	// renders), "flux" (a HelmRelease with its HelmRepository) or "argocd" (an
	// Application). Flux and Argo CD pull the chart themselves, by its version and
	// without the digest in charts.lock. Default: inflate.
	Delivery string `json:"delivery,omitempty"`

	// Flux is where Flux's objects go, for delivery flux.
	Flux *FluxDelivery `json:"flux,omitempty"`

	// ArgoCD is where Argo CD's Application goes, for delivery argocd.
	ArgoCD *ArgoCDDelivery `json:"argocd,omitempty"`

	// Namespace is whether to create the namespace and how Pod Security holds
	// it. Default: created, restricted.
	Namespace *Namespace `json:"namespace,omitempty"`
}

// Values are values for a chart, in the shape of its values.yaml.
type Values map[string]any

// FluxDelivery is how Flux installs a chart.
type FluxDelivery struct {
	// Interval at which Flux reconciles, as in 1h. Default: 1h.
	Interval Duration `json:"interval,omitempty"`
}

// ArgoCDDelivery is how Argo CD installs a chart.
type ArgoCDDelivery struct {
	// Namespace of Argo CD, where the Application goes. Default: argocd.
	Namespace string `json:"namespace,omitempty"`
	// Project of the Application. Default: default (the one that Argo CD has
	// from the start).
	Project string `json:"project,omitempty"`
	// Server is the URL of the cluster's API server. Default:
	// https://kubernetes.default.svc (the cluster that Argo CD runs in).
	Server string `json:"server,omitempty"`
}
