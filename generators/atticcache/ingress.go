package atticcache

import (
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
)

// Suffixes of the middlewares.
const (
	middlewareAllow     = "allowed-addresses"
	middlewareRateLimit = "rate-limit"
	middlewareHeaders   = "security-headers"
	middlewareAuthz     = "authz"
	middlewareCacheInfo = "cache-info"
	middlewareHTTPS     = "https-redirect"
)

// hstsSeconds is one year.
const hstsSeconds = 365 * 24 * 60 * 60

// operation is one kind of request. Traefik's metrics have no label for the
// path, so each operation is an IngressRoute, and by it a router, of its own.
type operation struct {
	name     string
	priority int
	// matches are path rules, each of which is a route.
	matches []route
}

type route struct {
	rule string
	// middleware comes after those of every route, if not empty.
	middleware string
}

// cachePath begins the path of every request for one cache's content.
const cachePath = "^/[A-Za-z0-9][A-Za-z0-9_+-]*/"

// operations have explicit priorities, because Traefik would otherwise try the
// longest rule first, whatever it says.
var operations = []operation{
	{name: "info", priority: 1000, matches: []route{
		// Attic serves no /nix-cache-info at the root; the default cache
		// answers for it.
		{rule: "Path(`/nix-cache-info`)", middleware: middlewareCacheInfo},
		{rule: "PathRegexp(`" + cachePath + "(nix-cache-info|attic-cache-info)$`)"},
	}},
	{name: "narinfo", priority: 900, matches: []route{{rule: "PathRegexp(`" + cachePath + "[0-9a-z]{32}\\.narinfo$`)"}}},
	{name: "nar", priority: 800, matches: []route{{rule: "PathRegexp(`" + cachePath + "nar/`)"}}},
	{name: "upload", priority: 700, matches: []route{{rule: "Path(`/_api/v1/upload-path`)"}}},
	{name: "api", priority: 600, matches: []route{{rule: "PathPrefix(`/_api/`)"}}},
	// Challenges go to cert-manager's solver even where every request is
	// redirected to HTTPS first.
	{name: "other", priority: 500, matches: []route{{rule: "!PathPrefix(`/.well-known/acme-challenge/`)"}}},
}

// redirectPriority is the lowest there is, so that the routes by which
// cert-manager answers HTTP-01 challenges come first.
const redirectPriority = 1

func (c cache) ingressOf(name string) meta.Of {
	return meta.Of{Name: name, App: appAttic, Component: "ingress", Wave: meta.WaveServing}
}

func (c cache) ingress() []meta.Object {
	all := c.middlewares()
	all = append(all, c.ingressObject())
	for _, o := range operations {
		all = append(all, c.operationRoute(o))
	}
	return append(all, c.redirectRoute())
}

// ingressObject is what cert-manager issues the certificate for, and what
// everything that reads Ingresses, DNS controllers among them, sees. Requests
// take the operations' routes, whose priorities are higher.
func (c cache) ingressObject() *networkingv1.Ingress {
	of := c.ingressOf(c.names.API())
	of.Annotations = map[string]string{"traefik.ingress.kubernetes.io/router.middlewares": c.middlewareAnnotation()}
	return hpadeployment.Ingress(c.scope, of, hpadeployment.Route{
		Host: c.spec.Hostname, Routing: c.spec.Ingress.Routing, Path: "/", Service: c.names.API(),
	})
}

// common are the middlewares of every route to Attic, in the order in which
// they act. The rate limit comes before the server that refuses revoked tokens, so
// that guessing is slow and costs nothing behind it; the headers do too, so that
// its refusals carry them.
func (c cache) common() []string {
	names := []string{middlewareRateLimit, middlewareHeaders}
	if len(c.spec.Ingress.AllowedCIDRs) > 0 {
		names = append([]string{middlewareAllow}, names...)
	}
	if c.enforces() {
		names = append(names, middlewareAuthz)
	}
	return names
}

func (c cache) middlewareAnnotation() string {
	var refs []string
	for _, suffix := range c.common() {
		refs = append(refs, fmt.Sprintf("%s-%s@kubernetescrd", c.names.Namespace, c.names.With(suffix)))
	}
	return strings.Join(refs, ",")
}

func (c cache) middlewares() []meta.Object {
	in := c.spec.Ingress
	middleware := func(suffix string, spec traefik.MiddlewareSpec) meta.Object {
		return traefik.NewMiddleware(c.scope.Object(c.ingressOf(c.names.With(suffix))), spec)
	}
	all := []meta.Object{
		middleware(middlewareRateLimit, traefik.MiddlewareSpec{RateLimit: &traefik.RateLimit{
			Average: *in.RateLimit.Average, Period: "1s", Burst: *in.RateLimit.Burst,
		}}),
		middleware(middlewareHeaders, traefik.MiddlewareSpec{Headers: &traefik.Headers{
			STSSeconds:            hstsSeconds,
			ContentTypeNosniff:    true,
			FrameDeny:             true,
			ReferrerPolicy:        "no-referrer",
			ContentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		}}),
		middleware(middlewareCacheInfo, traefik.MiddlewareSpec{ReplacePath: &traefik.ReplacePath{
			Path: "/" + in.DefaultCache + "/nix-cache-info",
		}}),
		middleware(middlewareHTTPS, traefik.MiddlewareSpec{RedirectScheme: &traefik.RedirectScheme{
			Scheme: "https", Permanent: true,
		}}),
	}
	if len(in.AllowedCIDRs) > 0 {
		all = append(all, middleware(middlewareAllow, traefik.MiddlewareSpec{IPAllowList: &traefik.IPAllowList{
			SourceRange: in.AllowedCIDRs,
		}}))
	}
	if c.enforces() {
		all = append(all, middleware(middlewareAuthz, c.forwardAuth()))
	}
	return all
}

func (c cache) operationRoute(o operation) meta.Object {
	in := c.spec.Ingress
	spec := traefik.IngressRouteSpec{IngressClassName: in.ClassName, EntryPoints: []string{in.EntryPoint}, TLS: &traefik.TLS{SecretName: in.TLSSecret}}
	for _, r := range o.matches {
		names := c.common()
		if r.middleware != "" {
			names = append(names, r.middleware)
		}
		present := traefik.Route{
			Kind:        "Rule",
			Match:       c.hostRule() + " && " + r.rule,
			Priority:    o.priority,
			Middlewares: c.middlewareRefs(names...),
			Services:    []traefik.Service{{Name: c.names.API(), Port: naming.PortNameHTTP}},
		}
		if c.spec.SigningKey.Next != nil {
			spec.Routes = append(spec.Routes, c.nextRoute(present))
		}
		spec.Routes = append(spec.Routes, present)
	}
	return traefik.NewIngressRoute(c.scope.Object(c.ingressOf(c.names.With(o.name))), spec)
}

// redirectRoute sends plain HTTP to HTTPS.
func (c cache) redirectRoute() meta.Object {
	return traefik.NewIngressRoute(c.scope.Object(c.ingressOf(c.names.With(middlewareHTTPS))), traefik.IngressRouteSpec{
		IngressClassName: c.spec.Ingress.ClassName,
		EntryPoints:      []string{c.spec.Ingress.HTTPEntryPoint},
		Routes: []traefik.Route{{
			Kind:        "Rule",
			Match:       c.hostRule(),
			Priority:    redirectPriority,
			Middlewares: c.middlewareRefs(middlewareHTTPS),
			Services:    []traefik.Service{{Kind: "TraefikService", Name: "noop@internal"}},
		}},
	})
}

// hostRule matches the cache's names. They are checked DNS names, which cannot
// end the backquotes.
func (c cache) hostRule() string {
	var rules []string
	for _, host := range c.hosts() {
		rules = append(rules, "Host(`"+host+"`)")
	}
	if len(rules) == 1 {
		return rules[0]
	}
	return "(" + strings.Join(rules, " || ") + ")"
}

func (c cache) middlewareRefs(suffixes ...string) []traefik.MiddlewareRef {
	var refs []traefik.MiddlewareRef
	for _, suffix := range suffixes {
		refs = append(refs, traefik.MiddlewareRef{Name: c.names.With(suffix)})
	}
	return refs
}
