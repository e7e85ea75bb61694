// Package meta builds the metadata of generated objects: names, labels,
// annotations, and the order in which a controller applies them.
package meta

import (
	"maps"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Object is a typed Kubernetes object. It asks for less than runtime.Object, so
// that small hand-written types need no generated deep copies.
type Object interface {
	metav1.Object
	GetObjectKind() schema.ObjectKind
}

// All is the objects of all parts, in their order: a kind's table of contents.
func All(parts ...func() []Object) []Object {
	var all []Object
	for _, part := range parts {
		all = append(all, part()...)
	}
	return all
}

// Wave orders objects. Argo CD applies a wave when the one before is healthy;
// in a rendered environment, the waves up to WavePlatformLast are the stage
// "platform", those up to WaveMigration the stage "database" and the rest the
// stage "cache", which Flux applies in turn.
type Wave int

// Waves in the order they are applied.
const (
	// WaveDefinitions is custom resource definitions, and the namespaces of what
	// brings them.
	WaveDefinitions Wave = -40
	// WavePlatformFirst is what must be done before the platform's workloads
	// start.
	WavePlatformFirst Wave = -30
	// WavePlatform is operators and the like, which what follows relies on.
	WavePlatform Wave = -20
	// WavePlatformLast is what must be done after them.
	WavePlatformLast Wave = -10
	// WaveFoundation is what pods need to run at all: namespace, policies,
	// configuration, PostgreSQL. It is also Argo CD's default, so that Secrets
	// that a user adds are there before the migration starts.
	WaveFoundation Wave = 0
	// WaveMigration brings the database schema up to date, and starts what must
	// answer before requests come.
	WaveMigration Wave = 1
	// WaveServing is what serves clients.
	WaveServing Wave = 2
	// WaveConfiguration is what talks to the running service.
	WaveConfiguration Wave = 3
)

// Annotations that GitOps controllers read.
const (
	AnnotationSyncWave    = "argocd.argoproj.io/sync-wave"
	AnnotationSyncOptions = "argocd.argoproj.io/sync-options"
	AnnotationFluxForce   = "kustomize.toolkit.fluxcd.io/force"
)

// Scope is what the metadata of all objects of one spec has in common.
type Scope struct {
	// Namespace of namespaced objects.
	Namespace string
	// PartOf is the spec's name.
	PartOf string
	// Labels and Annotations that the user wants on everything.
	Labels, Annotations map[string]string
}

// Of is what one object adds to its scope.
type Of struct {
	// Name of the object.
	Name string
	// App and Component are the recommended labels name and component.
	App, Component string
	// Instance is the recommended label instance; empty is Name.
	Instance string
	// Wave in which the object is applied.
	Wave Wave
	// Version is the label app.kubernetes.io/version; empty leaves it out. Pods
	// never carry it.
	Version string
	// ClusterScoped leaves the namespace out.
	ClusterScoped bool
	// Labels and Annotations beyond the scope's; they win.
	Labels, Annotations map[string]string
}

// Object is the metadata of one object.
func (s Scope) Object(o Of) metav1.ObjectMeta {
	meta := metav1.ObjectMeta{
		Name:        o.Name,
		Namespace:   s.Namespace,
		Labels:      s.labels(o),
		Annotations: Merged(s.Annotations, o.Annotations),
	}
	if o.ClusterScoped {
		meta.Namespace = ""
	}
	if o.Version != "" {
		meta.Labels[naming.LabelVersion] = o.Version
	}
	if o.Wave != WaveFoundation {
		meta.Annotations = Merged(meta.Annotations, map[string]string{AnnotationSyncWave: strconv.Itoa(int(o.Wave))})
	}
	return meta
}

// Pod is the metadata of the pods of an object. It has no sync wave.
func (s Scope) Pod(o Of) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Labels:      s.labels(o),
		Annotations: Merged(s.Annotations, nil),
	}
}

func (s Scope) labels(o Of) map[string]string {
	instance := o.Instance
	if instance == "" {
		instance = o.Name
	}
	return Merged(s.Labels, map[string]string{
		naming.LabelName:      o.App,
		naming.LabelInstance:  instance,
		naming.LabelComponent: o.Component,
		naming.LabelPartOf:    s.PartOf,
		naming.LabelManagedBy: naming.ManagedBy,
	}, o.Labels)
}

// Merged is a new map with later maps winning; nil when there is nothing in it.
func Merged(all ...map[string]string) map[string]string {
	var out map[string]string
	for _, m := range all {
		if len(m) > 0 && out == nil {
			out = map[string]string{}
		}
		maps.Copy(out, m)
	}
	return out
}
