package hpadeployment

import (
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// standIn is the name of a service whose own is reported anyway.
const standIn = "service"

// server is one service while it is generated: its names and its spec with
// every default filled in.
type server struct {
	names naming.Set
	scope meta.Scope
	spec  v1alpha1.HPADeploymentSpec
}

// Generate turns a spec into typed objects, in the order in which a person
// would create them. The spec is not modified. Problems include warnings and
// notes when it succeeds; with errors among them there are no objects.
func Generate(spec v1alpha1.HPADeployment) ([]meta.Object, []validate.Problem) {
	return validate.Generated(Default(spec), Validate, func(full v1alpha1.HPADeployment) []meta.Object {
		return server{names: namesOf(full), scope: placement.Scope(full.Metadata, full.Spec.Placement), spec: full.Spec}.objects()
	})
}

func namesOf(d v1alpha1.HPADeployment) naming.Set {
	return naming.Set{Name: placement.NameOr(d.Metadata.Name, standIn), Namespace: d.Metadata.Namespace}
}

// objects is the table of contents.
func (s server) objects() []meta.Object {
	return meta.All(
		s.namespace,
		s.networkPolicies,
		s.claims,
		s.workload,
		s.ingress,
		s.monitor,
	)
}

func (s server) of(component string) meta.Of {
	return meta.Of{Name: s.names.Name, App: s.names.Name, Component: component}
}

// served is the metadata of what serves, and of what makes sense beside it only.
func (s server) served(component string) meta.Of {
	of := s.of(component)
	of.Wave = meta.WaveServing
	return of
}

func (s server) namespace() []meta.Object {
	return placement.Namespace(s.scope, s.names.Name, *s.spec.Namespace)
}

func (s server) workload() []meta.Object {
	spec := s.spec
	of := s.served("service")
	of.Version = meta.ImageVersion(spec.Image)
	volumes, mounts := s.volumes()
	health := Health{Path: spec.HealthPath, Host: spec.Probes.Host, Timings: spec.Probes.Probes}
	return Objects(Options{
		Scope: s.scope,
		Of:    of,
		Pod: hardened.Pod{
			Name:               s.names.Name,
			Annotations:        s.scrapeAnnotations(),
			ServiceAccount:     spec.ServiceAccount.Name,
			Image:              spec.Image,
			ImagePullSecrets:   spec.ImagePullSecrets,
			Command:            spec.Command,
			Args:               spec.Args,
			Env:                s.env(),
			EnvFrom:            s.envFrom(),
			Resources:          *spec.Resources,
			Volumes:            volumes,
			Mounts:             mounts,
			GracePeriodSeconds: spec.TerminationGracePeriodSeconds,
			Security:           *spec.Security,
			Relaxations:        *spec.Relaxations,
			Scheduling:         placement.Scheduling(spec.Placement),
		},
		Scaling:      spec.Scaling,
		Port:         *spec.Port,
		ServicePort:  *spec.ServicePort,
		ExtraPorts:   s.extraPorts(),
		Health:       health,
		DrainSeconds: *spec.DrainSeconds,
		Account:      Account{Existing: !*spec.ServiceAccount.Create, Annotations: spec.ServiceAccount.Annotations},
		Alone:        alone(spec),
	})
}

// extraPorts are sorted by name, that of the metrics last.
func (s server) extraPorts() []Port {
	var ports []Port
	for _, name := range slices.Sorted(maps.Keys(s.spec.ExtraPorts)) {
		port := s.spec.ExtraPorts[name]
		ports = append(ports, Port{Name: name, Container: port.Port, Service: *port.ServicePort})
	}
	if m := s.spec.Metrics; m != nil && metricsPort(s.spec) == naming.PortNameMetrics {
		ports = append(ports, Port{Name: naming.PortNameMetrics, Container: *m.Port, Service: *m.Port})
	}
	return ports
}

func (s server) ingress() []meta.Object {
	in := s.spec.Ingress
	if in == nil {
		return nil
	}
	of := s.served("ingress")
	of.Annotations = in.Annotations
	return []meta.Object{Ingress(s.scope, of, Route{Host: in.Host, Routing: in.Routing, Path: in.Path, Service: s.names.Name})}
}
