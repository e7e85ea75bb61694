package objectstore

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// GenerateAlone turns a spec into typed objects. The spec is not modified. Problems
// include warnings when it succeeds; with errors among them there are no
// objects.
func GenerateAlone(spec v1alpha1.ObjectStore) ([]meta.Object, []validate.Problem) {
	return validate.Generated(DefaultAlone(spec), ValidateAlone, objectsAlone)
}

func objectsAlone(full v1alpha1.ObjectStore) []meta.Object {
	s, scope := full.Spec, placement.Scope(full.Metadata, full.Spec.Placement)
	names := namesOf(full)
	objects := placement.Namespace(scope, app, *s.Namespace)
	if *s.Namespace.Create {
		// Whoever makes the namespace closes it.
		of := func(suffix string) meta.Of {
			return meta.Of{Name: names.With(suffix), App: app, Component: "network"}
		}
		objects = append(objects, hardened.ClosedNamespace(scope, of, *s.Network.DNS)...)
	}
	return append(objects, Objects(Options{
		Name:             names.Bucket(),
		Scope:            scope,
		Spec:             s.ObjectStoreSpec,
		Peer:             *s.Network.S3,
		DNS:              s.Network.DNS,
		ImagePullSecrets: s.ImagePullSecrets,
		Security:         *s.Security,
		Scheduling:       placement.Scheduling(s.Placement),
	})...)
}

func namesOf(o v1alpha1.ObjectStore) naming.Set {
	return naming.Set{Name: placement.NameOr(o.Metadata.Name, "store"), Namespace: o.Metadata.Namespace}
}

// DefaultAlone is the spec with everything filled in that it leaves out. The
// argument is not modified.
func DefaultAlone(o v1alpha1.ObjectStore) v1alpha1.ObjectStore {
	o = defaulting.DeepCopy(o)
	s := &o.Spec
	placement.Default(&s.Placement)
	Default(&s.ObjectStoreSpec, namesOf(o).Secrets())
	hardened.DefaultSecurity(defaulting.Block(&s.Security))
	network := defaulting.Block(&s.Network)
	hardened.DefaultDNS(&network.DNS)
	DefaultPeer(defaulting.Block(&network.S3), s.Endpoint)
	return o
}

// ValidateAlone checks a defaulted spec and reports everything that is wrong
// with it.
func ValidateAlone(o v1alpha1.ObjectStore) []validate.Problem {
	p, path, s := &validate.Problems{}, field.NewPath("spec"), o.Spec
	placement.ValidateMetadata(p, o.Metadata, "my-cache")
	placement.Validate(p, path, s.Placement)
	Validate(p, path, s.ObjectStoreSpec)
	for i, name := range s.ImagePullSecrets {
		p.ObjectName(path.Child("imagePullSecrets").Index(i), name)
	}
	hardened.ValidateSecurity(p, path.Child("security"), *s.Security)
	network := path.Child("network")
	hardened.ValidateDNS(p, network.Child("dns"), *s.Network.DNS)
	ValidatePeer(p, network.Child("s3"), *s.Network.S3)
	if s.Provisioning.Mode == ModeJob {
		WarnPrivate(p, path.Child("endpoint"), s.Endpoint, network.Child("s3"), *s.Network.S3)
	}
	return p.List()
}
