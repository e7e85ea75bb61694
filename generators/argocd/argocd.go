// Package argocd has the parts of Argo CD's argoproj.io/v1alpha1 custom resources
// that are generated here. Argo CD's own module is too heavy for a function that
// must start in milliseconds; field names and forms are those of the CRDs that
// Argo CD v3.5 ships.
package argocd

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// APIVersion of Argo CD's custom resources.
const APIVersion = "argoproj.io/v1alpha1"

// Options of a sync, as they stand in a SyncPolicy and in the annotation
// argocd.argoproj.io/sync-options.
const (
	// NamespaceElsewhere leaves the namespace to whoever creates it.
	NamespaceElsewhere = "CreateNamespace=false"
	// ServerSideApply has the API server merge fields, so that no copy of the
	// object has to fit into an annotation.
	ServerSideApply = "ServerSideApply=true"
	// SkipDryRunOnMissingResource lets a custom resource be synced together with
	// its definition.
	SkipDryRunOnMissingResource = "SkipDryRunOnMissingResource=true"
)

// Application is a source that is kept in sync with a cluster.
type Application struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is what is synced, from where and where to.
	Spec ApplicationSpec `json:"spec"`
}

// ApplicationSpec is a source, a destination and how to sync.
type ApplicationSpec struct {
	// Project that allows source and destination.
	Project string `json:"project"`
	// Source is where manifests come from.
	Source ApplicationSource `json:"source"`
	// Destination is where they go.
	Destination ApplicationDestination `json:"destination"`
	// SyncPolicy is how.
	SyncPolicy *SyncPolicy `json:"syncPolicy,omitempty"`
}

// ApplicationSource is a Helm chart.
type ApplicationSource struct {
	// RepoURL is a chart repository, or an OCI registry without its scheme.
	RepoURL string `json:"repoURL"`
	// Chart is the chart's name.
	Chart string `json:"chart"`
	// TargetRevision is the chart's version.
	TargetRevision string `json:"targetRevision"`
	// Helm is how the chart is rendered.
	Helm *ApplicationSourceHelm `json:"helm,omitempty"`
}

// ApplicationSourceHelm is how a chart is rendered.
type ApplicationSourceHelm struct {
	// ReleaseName is Helm's.
	ReleaseName string `json:"releaseName,omitempty"`
	// ValuesObject are the values, over those of the chart.
	ValuesObject map[string]any `json:"valuesObject,omitempty"`
	// KubeVersion is what the chart sees as the cluster's version.
	KubeVersion string `json:"kubeVersion,omitempty"`
	// APIVersions are what the chart sees of the cluster's API.
	APIVersions []string `json:"apiVersions,omitempty"`
	// SkipCrds leaves the crds folder out.
	SkipCrds bool `json:"skipCrds,omitempty"`
	// SkipTests leaves out what is for helm test.
	SkipTests bool `json:"skipTests,omitempty"`
}

// ApplicationDestination is a namespace of a cluster.
type ApplicationDestination struct {
	// Server is the URL of the API server.
	Server string `json:"server"`
	// Namespace of what has none of its own.
	Namespace string `json:"namespace"`
}

// SyncPolicy is when and how to sync.
type SyncPolicy struct {
	// Automated syncs without being asked.
	Automated *SyncPolicyAutomated `json:"automated,omitempty"`
	// SyncOptions are instructions for every sync.
	SyncOptions []string `json:"syncOptions,omitempty"`
}

// SyncPolicyAutomated is what is done without being asked.
type SyncPolicyAutomated struct {
	// Prune deletes what the source no longer has.
	Prune bool `json:"prune,omitempty"`
	// SelfHeal undoes what was changed in the cluster.
	SelfHeal bool `json:"selfHeal,omitempty"`
}

// NewApplication names an Application.
func NewApplication(meta metav1.ObjectMeta, spec ApplicationSpec) *Application {
	return &Application{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersion, Kind: "Application"},
		ObjectMeta: meta,
		Spec:       spec,
	}
}
