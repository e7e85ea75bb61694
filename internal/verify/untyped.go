package verify

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// lifecycle is what Kubernetes' types say of themselves, for kinds without one.
// They are all of version 1 of Kubernetes; 0 is never.
type lifecycle struct {
	introducedIn, deprecatedIn, removedIn int
	instead                               schema.GroupVersionKind
}

// APILifecycleIntroduced is the version that first served the kind.
func (l lifecycle) APILifecycleIntroduced() (major, minor int) { return 1, l.introducedIn }

// APILifecycleDeprecated is the version that told people to use another.
func (l lifecycle) APILifecycleDeprecated() (major, minor int) { return release(l.deprecatedIn) }

// APILifecycleRemoved is the first version that no longer served the kind.
func (l lifecycle) APILifecycleRemoved() (major, minor int) { return release(l.removedIn) }

// APILifecycleReplacement is what to use instead; empty is nothing.
func (l lifecycle) APILifecycleReplacement() schema.GroupVersionKind { return l.instead }

func release(of int) (major, minor int) {
	if of == 0 {
		return 0, 0
	}
	return 1, of
}

// untyped are kinds that some version of Kubernetes serves which can be asked for,
// and that k8s.io/api has no types of: they are gone from there, or have never been
// there.
func untyped() map[schema.GroupVersionKind]lifecycle {
	autoscaler := schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}
	service := schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"}
	return map[schema.GroupVersionKind]lifecycle{
		{Group: "autoscaling", Version: "v2beta1", Kind: "HorizontalPodAutoscaler"}: {8, 22, 25, autoscaler},
		{Group: "autoscaling", Version: "v2beta2", Kind: "HorizontalPodAutoscaler"}: {12, 23, 26, autoscaler},
		{Group: "policy", Version: "v1beta1", Kind: "PodSecurityPolicy"}:            {introducedIn: 10, deprecatedIn: 21, removedIn: 25},
		{Group: service.Group, Version: "v1beta1", Kind: service.Kind}:              {7, 19, 22, service},
		service: {introducedIn: 10},
	}
}

// lifecycleOf is what knows of a kind when it is served; false when nothing does.
func (t types) lifecycleOf(kind schema.GroupVersionKind) (any, bool) {
	if l, ok := untyped()[kind]; ok {
		return l, true
	}
	return t.of(kind)
}
