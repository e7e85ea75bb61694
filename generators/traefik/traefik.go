// Package traefik has the parts of Traefik's traefik.io/v1alpha1 custom
// resources that are generated here. Traefik's own module is too heavy for a
// function that must start in milliseconds; field names and forms are those of
// the CRDs that Traefik v3.7 ships.
package traefik

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// APIVersion of Traefik's custom resources.
const APIVersion = "traefik.io/v1alpha1"

// IngressRoute routes requests by rules richer than an Ingress has.
type IngressRoute struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is the desired routing.
	Spec IngressRouteSpec `json:"spec"`
}

// IngressRouteSpec is entry points, routes and TLS.
type IngressRouteSpec struct {
	// IngressClassName names the Traefik that the route is for.
	IngressClassName string `json:"ingressClassName,omitempty"`
	// EntryPoints name Traefik's listeners.
	EntryPoints []string `json:"entryPoints,omitempty"`
	// Routes are tried by priority, highest first.
	Routes []Route `json:"routes"`
	// TLS is the certificate; nil serves plain HTTP.
	TLS *TLS `json:"tls,omitempty"`
}

// Route sends what matches to services.
type Route struct {
	// Kind is Rule, the only one there is.
	Kind string `json:"kind"`
	// Match is a rule in Traefik's language.
	Match string `json:"match"`
	// Priority orders routes; the default would be the rule's length.
	Priority int `json:"priority,omitempty"`
	// Middlewares run in order before the service.
	Middlewares []MiddlewareRef `json:"middlewares,omitempty"`
	// Services receive the request.
	Services []Service `json:"services,omitempty"`
}

// MiddlewareRef names a Middleware in the route's namespace.
type MiddlewareRef struct {
	// Name of the Middleware.
	Name string `json:"name"`
}

// Service is a Kubernetes Service or one of Traefik's own.
type Service struct {
	// Kind is Service, or TraefikService for Traefik's own.
	Kind string `json:"kind,omitempty"`
	// Name of the Service.
	Name string `json:"name"`
	// Port of the Service, by name.
	Port string `json:"port,omitempty"`
}

// TLS names the Secret with the certificate.
type TLS struct {
	// SecretName in the route's namespace.
	SecretName string `json:"secretName,omitempty"`
}

// Middleware changes or refuses requests on their way.
type Middleware struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is exactly one of the kinds of middleware.
	Spec MiddlewareSpec `json:"spec"`
}

// MiddlewareSpec has one field set.
type MiddlewareSpec struct {
	// RateLimit answers 429 above a rate.
	RateLimit *RateLimit `json:"rateLimit,omitempty"`
	// Headers sets response headers.
	Headers *Headers `json:"headers,omitempty"`
	// ReplacePath asks the service for another path.
	ReplacePath *ReplacePath `json:"replacePath,omitempty"`
	// RedirectScheme sends the client to another scheme.
	RedirectScheme *RedirectScheme `json:"redirectScheme,omitempty"`
	// IPAllowList answers 403 to other addresses.
	IPAllowList *IPAllowList `json:"ipAllowList,omitempty"`
	// ForwardAuth asks another server whether a request may pass.
	ForwardAuth *ForwardAuth `json:"forwardAuth,omitempty"`
}

// RateLimit is a token bucket for each client address.
type RateLimit struct {
	// Average requests per period.
	Average int64 `json:"average"`
	// Period as a Go duration.
	Period string `json:"period"`
	// Burst of requests at once.
	Burst int64 `json:"burst"`
}

// Headers are security-related response headers.
type Headers struct {
	// STSSeconds is the max-age of Strict-Transport-Security.
	STSSeconds int64 `json:"stsSeconds,omitempty"`
	// ContentTypeNosniff sets X-Content-Type-Options.
	ContentTypeNosniff bool `json:"contentTypeNosniff,omitempty"`
	// FrameDeny sets X-Frame-Options.
	FrameDeny bool `json:"frameDeny,omitempty"`
	// ReferrerPolicy sets Referrer-Policy.
	ReferrerPolicy string `json:"referrerPolicy,omitempty"`
	// ContentSecurityPolicy sets Content-Security-Policy.
	ContentSecurityPolicy string `json:"contentSecurityPolicy,omitempty"`
}

// ReplacePath is the path to ask for instead.
type ReplacePath struct {
	// Path including the leading slash.
	Path string `json:"path"`
}

// RedirectScheme is where to send the client.
type RedirectScheme struct {
	// Scheme to go to.
	Scheme string `json:"scheme"`
	// Permanent answers 301 or 308 instead of 302 or 307.
	Permanent bool `json:"permanent,omitempty"`
}

// IPAllowList is who may ask.
type IPAllowList struct {
	// SourceRange in CIDR notation.
	SourceRange []string `json:"sourceRange"`
}

// ForwardAuth is whom to ask whether a request may pass: what answers anything but
// 2xx answers the client instead. A server that does not answer is a refusal, too.
type ForwardAuth struct {
	// Address is the URL that is asked, whatever the request's own is.
	Address string `json:"address"`
	// TrustForwardHeader passes on the X-Forwarded headers that the client sent;
	// false is written out, for Traefik takes its absence for something between.
	TrustForwardHeader bool `json:"trustForwardHeader"`
	// AuthRequestHeaders are all headers of the client's that the server is told.
	AuthRequestHeaders []string `json:"authRequestHeaders,omitempty"`
	// MaxResponseBodySize is in bytes; a longer answer is a refusal.
	MaxResponseBodySize int64 `json:"maxResponseBodySize,omitempty"`
}

// NewIngressRoute names an IngressRoute.
func NewIngressRoute(meta metav1.ObjectMeta, spec IngressRouteSpec) *IngressRoute {
	return &IngressRoute{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersion, Kind: "IngressRoute"},
		ObjectMeta: meta,
		Spec:       spec,
	}
}

// NewMiddleware names a Middleware.
func NewMiddleware(meta metav1.ObjectMeta, spec MiddlewareSpec) *Middleware {
	return &Middleware{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersion, Kind: "Middleware"},
		ObjectMeta: meta,
		Spec:       spec,
	}
}
