package helmchart

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
)

const (
	// DefaultKubeVersion is the oldest Kubernetes that CloudNativePG 1.30
	// supports.
	DefaultKubeVersion = "v1.34.0"
	// defaultPodSecurityVersion is the same, as Pod Security writes it.
	defaultPodSecurityVersion = "v1.34"
)

// Default is the spec with everything filled in that it leaves out. The
// argument is not modified, and neither are its values when they are merged.
func Default(c v1alpha1.HelmChart) v1alpha1.HelmChart {
	values := c.Spec.Values
	// Values are only read, and may hold what a copy by type cannot: nulls.
	c.Spec.Values = nil
	c = defaulting.DeepCopy(c)
	c.Spec.Values = values
	DefaultRelease(&c.Spec.Release, c.Metadata.Name)
	return c
}

// DefaultRelease fills in what the release leaves out; name is that of the spec.
func DefaultRelease(r *v1alpha1.Release, name string) {
	defaulting.Value(&r.ReleaseName, name)
	defaulting.Value(&r.KubeVersion, DefaultKubeVersion)
	defaulting.Pointer(&r.IncludeCRDs, true)
	defaulting.Pointer(&r.SkipTests, true)
	defaulting.Value(&r.Delivery, DeliveryInflate)
	ns := defaulting.Block(&r.Namespace)
	defaulting.Pointer(&ns.Create, true)
	if *ns.Create {
		defaulting.Value(&ns.PodSecurityVersion, defaultPodSecurityVersion)
	}
}
