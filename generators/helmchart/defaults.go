package helmchart

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/placement"
)

// DefaultKubeVersion is the first patch of the Kubernetes whose Pod Security is
// the default.
const DefaultKubeVersion = placement.DefaultPodSecurityVersion + ".0"

// Default is the spec with everything filled in that it leaves out. The
// argument is not modified.
func Default(c v1alpha1.HelmChart) v1alpha1.HelmChart {
	c = defaulting.DeepCopy(c)
	defaulting.Value(&c.Spec.Stage, StagePlatform)
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
	defaultFlux(r)
	defaultArgoCD(r)
	placement.DefaultNamespace(&r.Namespace)
}
