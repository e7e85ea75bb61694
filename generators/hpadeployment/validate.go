package hpadeployment

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a spec with its defaults filled in and reports everything
// that is wrong with it.
func Validate(d v1alpha1.HPADeployment) []validate.Problem {
	p, spec, s := &validate.Problems{}, field.NewPath("spec"), d.Spec

	placement.ValidateMetadata(p, d.Metadata, "my-service")
	if s.Image == "" {
		p.Add(spec.Child("image"), "is missing", "write the image of the service, pinned, as in registry.example.com/my-image:1.2.3")
	} else {
		p.Image(spec.Child("image"), s.Image, 3)
	}
	validateNames(p, spec.Child("imagePullSecrets"), s.ImagePullSecrets)
	validatePorts(p, spec, s)
	warnLowPorts(p, spec, s)
	hardened.ValidateResources(p, spec.Child("resources"), *s.Resources)
	validateHealth(p, spec, s)
	p.Int64(spec.Child("drainSeconds"), s.DrainSeconds, 0, maxDrain)
	ValidateGracePeriod(p, spec.Child("terminationGracePeriodSeconds"), s.TerminationGracePeriodSeconds, min(max(*s.DrainSeconds, 0), maxDrain))
	validateWords(p, spec.Child("command"), s.Command)
	validateWords(p, spec.Child("args"), s.Args)
	validateEnv(p, spec, s)
	validateVolumes(p, spec, s)
	validateAccount(p, spec.Child("serviceAccount"), *s.ServiceAccount)
	validateClusters(p, spec.Child("postgres"), s.Postgres)
	validateIngress(p, spec.Child("ingress"), s.Ingress)
	validateMetrics(p, spec.Child("metrics"), s)
	validateNetwork(p, spec.Child("network"), s)
	hardened.ValidateSecurity(p, spec.Child("security"), *s.Security)
	hardened.ValidateRelaxations(p, spec.Child("relaxations"), spec.Child("security"), *s.Relaxations, *s.Security)
	ValidateScaling(p, spec, s.Scaling)
	placement.Validate(p, spec, s.Placement)
	return p.List()
}

// maxDrain is more than it takes any load balancer to notice.
const maxDrain = 600

// Ports that are named here, not in the spec.
var ownPorts = []string{naming.PortNameHTTP, naming.PortNameMetrics}

// validatePorts checks that no number stands for two ports, of the container or
// of the Service.
func validatePorts(p *validate.Problems, spec *field.Path, s v1alpha1.HPADeploymentSpec) {
	container, service := map[int32]string{}, map[int32]string{}
	number := func(path *field.Path, value int32, taken map[int32]string) {
		other, twice := taken[value]
		switch {
		case !p.Int32(path, &value, 1, 65535):
		case twice:
			p.Add(path, fmt.Sprintf("is %d, and so is %s", value, other), "give each port a number of its own")
		default:
			taken[value] = path.String()
		}
	}
	number(spec.Child("port"), *s.Port, container)
	number(spec.Child("servicePort"), *s.ServicePort, service)
	for _, name := range slices.Sorted(maps.Keys(s.ExtraPorts)) {
		path, port := spec.Child("extraPorts").Key(name), s.ExtraPorts[name]
		switch {
		case len(validation.IsValidPortName(name)) > 0:
			p.Add(path, "is not the name of a port", "use up to 15 lower-case letters, digits and single hyphens, with a letter among them")
		case slices.Contains(ownPorts, name):
			p.Add(path, "is a name that is given here already", "choose another one; spec.port is http, and spec.metrics.port is metrics")
		}
		if port.Port == 0 {
			p.Add(path.Child("port"), "is missing", "write what the container listens on, as in 9000")
			continue
		}
		number(path.Child("port"), port.Port, container)
		number(path.Child("servicePort"), *port.ServicePort, service)
	}
	if m := s.Metrics; m != nil {
		// It may be one of the ports above; a port of its own is the Service's too.
		path := spec.Child("metrics", "port")
		if p.Int32(path, m.Port, 1, 65535) && metricsPort(s) == naming.PortNameMetrics {
			number(path, *m.Port, service)
		}
	}
}

// lowestOpen is the lowest port that Linux lets a process without rights listen
// on, where the container runtime says nothing else.
const lowestOpen = 1024

// warnLowPorts warns about ports for which there may be no right.
func warnLowPorts(p *validate.Problems, spec *field.Path, s v1alpha1.HPADeploymentSpec) {
	if s.Relaxations.RunAsRoot || slices.Contains(s.Relaxations.Capabilities, "NET_BIND_SERVICE") {
		return
	}
	warn := func(path *field.Path, port int32) {
		if port > 0 && port < lowestOpen {
			p.Warn(path, fmt.Sprintf("is %d: below %d, not every container runtime lets a process listen that is not root", port, lowestOpen),
				fmt.Sprintf("have the image listen on a port from %d on; servicePort can stay as it is", lowestOpen))
		}
	}
	warn(spec.Child("port"), *s.Port)
	for _, name := range slices.Sorted(maps.Keys(s.ExtraPorts)) {
		warn(spec.Child("extraPorts").Key(name).Child("port"), s.ExtraPorts[name].Port)
	}
	if s.Metrics != nil && metricsPort(s) == naming.PortNameMetrics {
		warn(spec.Child("metrics", "port"), *s.Metrics.Port)
	}
}

func validateHealth(p *validate.Problems, spec *field.Path, s v1alpha1.HPADeploymentSpec) {
	probes, path := spec.Child("probes"), spec.Child("healthPath")
	ValidateProbes(p, probes, s.Probes.Probes)
	p.OneOf(probes.Child("type"), s.Probes.Type, probeHTTP, probeTCP)
	switch s.Probes.Type {
	case probeHTTP:
		ValidatePath(p, path, s.HealthPath)
		if s.Probes.Host != "" {
			validateHost(p, probes.Child("host"), s.Probes.Host)
		}
	case probeTCP:
		const hint = "remove it, or write probes.type: http"
		if s.HealthPath != "" {
			p.Add(path, "counts only for probes of type http", hint)
		}
		if s.Probes.Host != "" {
			p.Add(probes.Child("host"), "counts only for probes of type http", hint)
		}
	}
}

// validateHost checks the value of a Host header: a DNS name, which may be a
// single label such as localhost.
func validateHost(p *validate.Problems, path *field.Path, host string) {
	if len(validation.IsDNS1123Label(host)) > 0 {
		p.DNSName(path, host)
	}
}

func validateAccount(p *validate.Problems, path *field.Path, a v1alpha1.ServiceAccount) {
	if a.Name == "" {
		p.Add(path.Child("name"), "is missing, and no account is created", "write the name of the account that is there, or create: true")
	} else {
		p.ObjectName(path.Child("name"), a.Name)
	}
	if *a.Create && a.Name == "default" {
		p.Add(path.Child("name"), "is default, which Kubernetes makes in every namespace", "choose another name, or write create: false")
	}
	if !*a.Create && len(a.Annotations) > 0 {
		p.Add(path.Child("annotations"), "counts only where the account is created", "remove it, or write create: true")
		return
	}
	placement.ValidateAnnotations(p, path.Child("annotations"), a.Annotations)
}

func validateNames(p *validate.Problems, path *field.Path, names []string) {
	for i, name := range names {
		p.ObjectName(path.Index(i), name)
	}
	p.Unique(path, names)
}

func validateClusters(p *validate.Problems, path *field.Path, names []string) {
	for i, name := range names {
		validateCluster(p, path.Index(i), name)
	}
	p.Unique(path, names)
}

// validateCluster checks the name of a PostgresCluster.
func validateCluster(p *validate.Problems, path *field.Path, name string) {
	if name == "" {
		p.Add(path, "is missing", "write metadata.name of a PostgresCluster in the same namespace")
		return
	}
	p.DNSLabel(path, name)
}
