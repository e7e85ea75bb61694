package hpadeployment

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Route is the way from outside to a Service.
type Route struct {
	// Host is the first DNS name; Routing has the others.
	Host string
	// Routing must be defaulted and checked.
	Routing v1alpha1.Routing
	// Path that requests begin with.
	Path string
	// Service with a port named http.
	Service string
}

// hosts are the DNS names, the first one first.
func (r Route) hosts() []string { return append([]string{r.Host}, r.Routing.ExtraHosts...) }

// Ingress leads from its hosts to a Service, with a certificate by cert-manager.
// It has the annotations of the metadata too.
func Ingress(scope meta.Scope, of meta.Of, r Route) *networkingv1.Ingress {
	of.Annotations = meta.Merged(of.Annotations, map[string]string{
		issuerAnnotations[r.Routing.Issuer.Kind]: r.Routing.Issuer.Name,
		annotationEntryPoints:                    r.Routing.EntryPoint,
		annotationTLS:                            "true",
	})
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: r.Service, Port: networkingv1.ServiceBackendPort{Name: naming.PortNameHTTP},
	}}
	var rules []networkingv1.IngressRule
	for _, host := range r.hosts() {
		rules = append(rules, networkingv1.IngressRule{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
				Path: r.Path, PathType: new(networkingv1.PathTypePrefix), Backend: backend,
			}}},
		}})
	}
	return &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"},
		ObjectMeta: scope.Object(of),
		Spec: networkingv1.IngressSpec{
			IngressClassName: &r.Routing.ClassName,
			TLS:              []networkingv1.IngressTLS{{Hosts: r.hosts(), SecretName: r.Routing.TLSSecret}},
			Rules:            rules,
		},
	}
}

// Kinds of issuers.
const (
	issuerOfCluster   = "ClusterIssuer"
	issuerOfNamespace = "Issuer"
)

// issuerAnnotations are those that cert-manager reads for each kind of issuer.
var issuerAnnotations = map[string]string{
	issuerOfCluster:   "cert-manager.io/cluster-issuer",
	issuerOfNamespace: "cert-manager.io/issuer",
}

// Annotations without which Traefik would answer on all entry points, on that for
// plain HTTP as well.
const (
	annotationEntryPoints = "traefik.ingress.kubernetes.io/router.entrypoints"
	annotationTLS         = "traefik.ingress.kubernetes.io/router.tls"
)

// DefaultRouting fills in the reference's ingress.
func DefaultRouting(r *v1alpha1.Routing, names naming.Set) {
	defaulting.Value(&r.ClassName, "traefik")
	defaulting.Value(&r.EntryPoint, "websecure")
	issuer := defaulting.Block(&r.Issuer)
	defaulting.Value(&issuer.Name, "letsencrypt-prod")
	defaulting.Value(&issuer.Kind, issuerOfCluster)
	defaulting.Value(&r.TLSSecret, names.TLS())
}

// ValidateRouting checks a defaulted block. The host is the first DNS name, which
// is checked where it is written, and at is the field that holds it.
func ValidateRouting(p *validate.Problems, path *field.Path, r v1alpha1.Routing, host, at string) {
	p.ObjectName(path.Child("className"), r.ClassName)
	ValidateEntryPoint(p, path.Child("entryPoint"), r.EntryPoint)
	p.ObjectName(path.Child("issuer", "name"), r.Issuer.Name)
	p.OneOf(path.Child("issuer", "kind"), r.Issuer.Kind, issuerOfCluster, issuerOfNamespace)
	p.ObjectName(path.Child("tlsSecret"), r.TLSSecret)
	hosts := path.Child("extraHosts")
	for i, extra := range r.ExtraHosts {
		p.DNSName(hosts.Index(i), extra)
		if extra == host {
			p.Add(hosts.Index(i), "repeats "+at, "remove it")
		}
	}
	p.Unique(hosts, r.ExtraHosts)
}

var entryPoint = validate.NewForm(`[A-Za-z0-9][A-Za-z0-9_-]*`, 63)

// ValidateEntryPoint checks the name of an entry point of Traefik's.
func ValidateEntryPoint(p *validate.Problems, path *field.Path, value string) {
	if !entryPoint.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which is not an entry point", validate.Quote(value)), "use letters, digits, hyphens and underscores, as in websecure")
	}
}
