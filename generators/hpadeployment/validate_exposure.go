package hpadeployment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func validateIngress(p *validate.Problems, path *field.Path, in *v1alpha1.ServiceIngress) {
	if in == nil {
		return
	}
	if in.Host == "" {
		p.Add(path.Child("host"), "is missing", "write the DNS name that clients use, as in my-service.example.com")
	} else {
		p.DNSName(path.Child("host"), in.Host)
	}
	ValidateRouting(p, path, in.Routing, in.Host, path.Child("host").String())
	if !routePath.Matches(in.Path) || !isRoute(in.Path) {
		p.Add(path.Child("path"), fmt.Sprintf("is %s, which is not the beginning of a path", validate.Quote(in.Path)), "write one that starts with /, without spaces, ?, //, %2F and parts of dots alone, as in /api")
	}
	annotations := path.Child("annotations")
	placement.ValidateAnnotations(p, annotations, in.Annotations)
	for key, by := range map[string]string{
		issuerAnnotations[issuerOfCluster]:   "issuer",
		issuerAnnotations[issuerOfNamespace]: "issuer",
		annotationEntryPoints:                "entryPoint",
		annotationTLS:                        "entryPoint",
	} {
		if _, ok := in.Annotations[key]; ok {
			p.Add(annotations.Key(key), "is set by "+by, "remove it, and write "+path.Child(by).String()+" instead")
		}
	}
}

var (
	routePath      = validate.NewForm(`/[A-Za-z0-9/._~+%@=&-]*`, 200)
	metricsPath    = validate.NewForm(`/[A-Za-z0-9/._~+%=&-]*`, 200)
	scrapeInterval = validate.NewForm(`([1-9][0-9]*h)?([1-9][0-9]*m)?([1-9][0-9]*s)?([1-9][0-9]*ms)?`, 20)
)

// isRoute tells whether Kubernetes takes a path for an Ingress.
func isRoute(value string) bool {
	const slash = "%2f"
	return !strings.Contains(value, "//") && !strings.Contains(strings.ToLower(value), slash) &&
		!slices.ContainsFunc(strings.Split(value, "/"), func(part string) bool { return part == "." || part == ".." })
}

func validateMetrics(p *validate.Problems, path *field.Path, s v1alpha1.HPADeploymentSpec) {
	m := s.Metrics
	if m == nil {
		return
	}
	p.OneOf(path.Child("mode"), m.Mode, metricsMonitor, metricsAnnotations)
	if !metricsPath.Matches(m.Path) {
		p.Add(path.Child("path"), fmt.Sprintf("is %s, which is not a path", validate.Quote(m.Path)), "write a path that starts with /, without spaces and without ?, as in /metrics")
	}
	p.OneOf(path.Child("scheme"), m.Scheme, "http", "https")
	switch {
	case m.Interval == "":
	case m.Mode == metricsAnnotations:
		p.Add(path.Child("interval"), "counts only in mode serviceMonitor", "remove it; Prometheus has an interval of its own for what it finds by annotations")
	case !scrapeInterval.Matches(m.Interval):
		p.Add(path.Child("interval"), fmt.Sprintf("is %s, which is not an interval", validate.Quote(m.Interval)), "write whole numbers with h, m, s or ms, as in 30s")
	}
}

func validateNetwork(p *validate.Problems, path *field.Path, s v1alpha1.HPADeploymentSpec) {
	n := s.Network
	switch {
	case s.Ingress != nil:
		hardened.ValidatePeer(p, path.Child("traefik"), *n.Traefik)
	case n.Traefik != nil:
		p.Add(path.Child("traefik"), "counts only with spec.ingress", "remove it, or add spec.ingress; pods that may reach the service otherwise go under clients")
	case len(n.Clients) == 0:
		p.Warn(path.Child("clients"), "is empty, and there is no spec.ingress: nothing may reach the service", "write what may, as in clients: {web: {namespace: web}}, or add spec.ingress")
	}
	hardened.ValidateClusterNetwork(p, path, n.ClusterNetwork)
	for _, name := range slices.Sorted(maps.Keys(n.Clients)) {
		at, client := path.Child("clients").Key(name), n.Clients[name]
		p.DNSLabel(at, name)
		if client.Namespace != "" {
			p.DNSLabel(at.Child("namespace"), client.Namespace)
		}
		p.Labels(at.Child("podLabels"), client.PodLabels)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Egress)) {
		at := path.Child("egress").Key(name)
		p.DNSLabel(at, name)
		validateDestination(p, at, n.Egress[name])
	}
}

func validateDestination(p *validate.Problems, path *field.Path, to v1alpha1.Destination) {
	pods := to.Namespace != "" || len(to.PodLabels) > 0
	validateOneOf(p, path, []choice{{"cidrs", len(to.CIDRs) > 0}, {"namespace or podLabels", pods}, {"public", to.Public}})
	p.CIDRs(path.Child("cidrs"), to.CIDRs)
	if to.Namespace != "" {
		p.DNSLabel(path.Child("namespace"), to.Namespace)
	}
	p.Labels(path.Child("podLabels"), to.PodLabels)
	ports := path.Child("ports")
	if len(to.Ports) == 0 {
		p.Add(ports, "is missing", "write the TCP ports, as in [443]")
	}
	seen := map[int32]bool{}
	for i, port := range to.Ports {
		if p.Int32(ports.Index(i), &port, 1, 65535) && seen[port] {
			p.Add(ports.Index(i), fmt.Sprintf("repeats %d", port), "remove one of them")
		}
		seen[port] = true
	}
}
