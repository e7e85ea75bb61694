package postgrescluster

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

// DefaultApplication is what CloudNativePG calls a database and its owner when
// it is not told otherwise.
const DefaultApplication = "app"

// appPostgres is the label app.kubernetes.io/name of everything here.
const appPostgres = "postgresql"

// GenerateAlone turns a cluster of its own into typed objects, in the order in
// which a person would create them. The spec is not modified. Problems include
// warnings when it succeeds; with errors among them there are no objects.
func GenerateAlone(spec v1alpha1.PostgresCluster) ([]meta.Object, []validate.Problem) {
	return validate.Generated(DefaultAlone(spec), ValidateAlone, objectsAlone)
}

func objectsAlone(full v1alpha1.PostgresCluster) []meta.Object {
	scope, s := placement.Scope(full.Metadata, full.Spec.Placement), full.Spec
	o := Options{
		Names:            useAlone(full).Names,
		Scope:            scope,
		Spec:             s.PostgresClusterSpec,
		Scheduling:       placement.Scheduling(s.Placement),
		ImagePullSecrets: s.ImagePullSecrets,
	}
	objects := placement.Namespace(scope, appPostgres, *s.Namespace)
	if *s.Network.Enabled {
		o.Network = &Network{DNS: s.Network.DNS, Monitoring: *s.Network.Monitoring, PostgresNetwork: s.Network.PostgresNetwork}
		if *s.Namespace.Create {
			objects = append(objects, closed(o)...)
		}
	}
	return append(objects, Objects(o)...)
}

// closed denies everything in a namespace but looking up names. Whoever makes
// the namespace closes it.
func closed(o Options) []meta.Object {
	of := func(suffix string) meta.Of {
		return meta.Of{Name: o.Names.With(suffix), App: appPostgres, Component: "network"}
	}
	return hardened.ClosedNamespace(o.Scope, of, *o.Network.DNS)
}

// useAlone is for any application.
func useAlone(c v1alpha1.PostgresCluster) Use {
	name := placement.NameOr(c.Metadata.Name, "pg")
	return Use{Names: naming.Postgres{Name: name, Namespace: c.Metadata.Namespace}, Application: DefaultApplication}
}

// DefaultAlone is the spec with everything filled in that it leaves out. The
// argument is not modified.
func DefaultAlone(c v1alpha1.PostgresCluster) v1alpha1.PostgresCluster {
	c = defaulting.DeepCopy(c)
	s := &c.Spec
	Default(&s.PostgresClusterSpec, useAlone(c))
	placement.Default(&s.Placement)
	n := defaulting.Block(&s.Network)
	defaulting.Pointer(&n.Enabled, true)
	hardened.DefaultClusterNetwork(&n.ClusterNetwork)
	DefaultNetwork(&n.PostgresNetwork, s.PostgresClusterSpec)
	return c
}

// ValidateAlone checks a spec with its defaults filled in and reports everything
// that is wrong with it.
func ValidateAlone(c v1alpha1.PostgresCluster) []validate.Problem {
	p, spec, s, use := &validate.Problems{}, field.NewPath("spec"), c.Spec, useAlone(c)
	placement.ValidateMetadata(p, c.Metadata, "my-pg")
	Validate(p, spec, s.PostgresClusterSpec, use)
	for i, name := range s.ImagePullSecrets {
		p.ObjectName(spec.Child("imagePullSecrets").Index(i), name)
	}
	placement.Validate(p, spec, s.Placement)

	network := spec.Child("network")
	hardened.ValidateClusterNetwork(p, network, s.Network.ClusterNetwork)
	ValidateNetwork(p, network, s.Network.PostgresNetwork, s.PostgresClusterSpec)
	switch {
	case !*s.Network.Enabled:
		message := "is false: every pod of the Kubernetes cluster may try passwords on PostgreSQL"
		if *s.Namespace.Create {
			message += ", and the namespace made here stays open"
		}
		p.Note(network.Child("enabled"), message, "remove the line to let in only the pods of allowedPodLabels and allowedPeers")
		return p.List()
	case len(s.AllowedPodLabels) == 0 && len(s.AllowedPeers) == 0:
		p.Warn(spec.Child("allowedPodLabels"), "is empty, and so is allowedPeers: the network policy lets no application connect", "write the labels of its pods, as in {app.kubernetes.io/name: myapp}")
	}
	WarnUnreachable(p, spec, network, s.PostgresClusterSpec, s.Network.PostgresNetwork, use)
	return p.List()
}
