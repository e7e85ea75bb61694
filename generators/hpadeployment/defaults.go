package hpadeployment

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/placement"
)

// Types of probes.
const (
	probeHTTP = "http"
	probeTCP  = "tcp"
)

// Modes of metrics.
const (
	metricsMonitor     = "serviceMonitor"
	metricsAnnotations = "annotations"
)

// Access modes of claims that several pods can mount, on any node.
const (
	modeReadWriteMany = "ReadWriteMany"
	modeReadOnlyMany  = "ReadOnlyMany"
)

// DefaultResources fills in what the reference gives its own service.
func DefaultResources(r **v1alpha1.ResourceRequirements) {
	hardened.DefaultResources(defaulting.Block(r), v1alpha1.ResourceRequirements{
		Requests: v1alpha1.ResourceList{CPU: "100m", Memory: "128Mi", EphemeralStorage: "64Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "1000m", Memory: "512Mi", EphemeralStorage: "256Mi"},
	})
}

// Default is the spec with everything filled in that it leaves out. The
// argument is not modified. A field that counts only beside another one is left
// as it is where that is missing, so that validation can tell that somebody
// expects it to count.
func Default(d v1alpha1.HPADeployment) v1alpha1.HPADeployment {
	d = defaulting.DeepCopy(d)
	names, s := namesOf(d), &d.Spec

	placement.Default(&s.Placement)
	DefaultScaling(&s.Scaling)
	DefaultResources(&s.Resources)
	defaulting.Pointer(&s.Port, 8080)
	defaulting.Pointer(&s.ServicePort, 80)
	for name, port := range s.ExtraPorts {
		defaulting.Pointer(&port.ServicePort, port.Port)
		s.ExtraPorts[name] = port
	}
	probes := defaulting.Block(&s.Probes)
	DefaultProbes(&probes.Probes)
	defaulting.Value(&probes.Type, probeHTTP)
	if probes.Type == probeHTTP {
		defaulting.Value(&s.HealthPath, "/")
	}
	defaulting.Pointer(&s.DrainSeconds, DefaultDrainSeconds)
	defaulting.Pointer(&s.TerminationGracePeriodSeconds, 60)
	defaulting.Block(&s.EnvFrom)
	defaultVolumes(s)
	account := defaulting.Block(&s.ServiceAccount)
	defaulting.Pointer(&account.Create, true)
	if *account.Create {
		defaulting.Value(&account.Name, names.Name)
	}
	if s.Ingress != nil {
		DefaultRouting(&s.Ingress.Routing, names)
		defaulting.Value(&s.Ingress.Path, "/")
	}
	if m := s.Metrics; m != nil {
		defaulting.Value(&m.Mode, metricsMonitor)
		defaulting.Pointer(&m.Port, *s.Port)
		defaulting.Value(&m.Path, "/metrics")
		defaulting.Value(&m.Scheme, "http")
	}
	defaultNetwork(defaulting.Block(&s.Network), s.Ingress != nil, d.Metadata.Namespace)
	hardened.DefaultRelaxedSecurity(defaulting.Block(&s.Security), *defaulting.Block(&s.Relaxations))
	return d
}

func defaultVolumes(s *v1alpha1.HPADeploymentSpec) {
	for name, claim := range s.PersistentVolumeClaims {
		defaulting.Value(&claim.AccessMode, modeReadWriteMany)
		s.PersistentVolumeClaims[name] = claim
	}
	for name, volume := range s.Volumes {
		readOnly := volume.ConfigMap != nil || volume.Secret != nil || volume.PostgresCA != nil
		if ref := volume.PersistentVolumeClaim; ref != nil {
			readOnly = s.PersistentVolumeClaims[ref.Claim].AccessMode == modeReadOnlyMany
		}
		defaulting.Pointer(&volume.ReadOnly, readOnly)
		s.Volumes[name] = volume
	}
}

func defaultNetwork(n *v1alpha1.ServiceNetwork, ingress bool, namespace string) {
	if ingress {
		hardened.DefaultTraefik(&n.Traefik)
	}
	hardened.DefaultClusterNetwork(&n.ClusterNetwork)
	for name, client := range n.Clients {
		defaulting.Value(&client.Namespace, namespace)
		n.Clients[name] = client
	}
	for name, to := range n.Egress {
		if len(to.PodLabels) > 0 {
			defaulting.Value(&to.Namespace, namespace)
		}
		n.Egress[name] = to
	}
}
