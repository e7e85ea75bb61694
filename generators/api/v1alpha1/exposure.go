package v1alpha1

// Routing is what every Ingress has in common.
type Routing struct {
	// ClassName is the IngressClass. Default: traefik (the reference's ingress).
	ClassName string `json:"className,omitempty"`

	// EntryPoint is Traefik's entry point for HTTPS: it would answer in plain text
	// too, if it were not told. Other controllers ignore it. Default: websecure
	// (as in Traefik's chart).
	EntryPoint string `json:"entryPoint,omitempty"`

	// Issuer is the cert-manager issuer of the certificate. Default:
	// ClusterIssuer letsencrypt-prod (the reference: Let's Encrypt).
	Issuer *Issuer `json:"issuer,omitempty"`

	// TLSSecret is where cert-manager puts the certificate. Default:
	// <name>-tls.
	TLSSecret string `json:"tlsSecret,omitempty"`

	// ExtraHosts are further DNS names for the same service, in the same
	// certificate. Default: none.
	ExtraHosts []string `json:"extraHosts,omitempty"`
}

// Issuer is a cert-manager issuer.
type Issuer struct {
	// Name of the issuer. Default: letsencrypt-prod.
	Name string `json:"name,omitempty"`
	// Kind is ClusterIssuer or Issuer. Default: ClusterIssuer.
	Kind string `json:"kind,omitempty"`
}

// ServiceIngress is an Ingress with a certificate by cert-manager.
type ServiceIngress struct {
	// Host is the DNS name that clients use. Required.
	Host string `json:"host"`

	Routing `json:",inline"`

	// Path that requests must begin with. It is passed on as it is. Default: /.
	Path string `json:"path,omitempty"`

	// Annotations of the Ingress, by which its controller is told more. Default:
	// none.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Metrics is how Prometheus finds a service.
type Metrics struct {
	// Mode is serviceMonitor (an object that the Prometheus operator reads) or
	// annotations (prometheus.io/scrape and the like on the pods, as the
	// reference's module has them, for a Prometheus that looks for those).
	// Default: serviceMonitor (PostgreSQL here is found the same way, and the
	// operator reads no annotations).
	Mode string `json:"mode,omitempty"`

	// Port that the container serves metrics on. Default: spec.port.
	Port *int32 `json:"port,omitempty"`

	// Path of the metrics. Default: /metrics.
	Path string `json:"path,omitempty"`

	// Interval between scrapes, in mode serviceMonitor: numbers with ms, s, m or
	// h, as in 30s. Default: Prometheus' own.
	Interval string `json:"interval,omitempty"`

	// Scheme is http or https. Default: http.
	Scheme string `json:"scheme,omitempty"`
}

// ServiceNetwork is what the network policies open. Everything else is denied,
// both ways.
type ServiceNetwork struct {
	// Traefik is where requests for the Ingress come from; it counts with an
	// ingress alone. Default: namespace traefik, pods labelled
	// app.kubernetes.io/name=traefik.
	Traefik *Peer `json:"traefik,omitempty"`

	// Clients are pods in the cluster that may reach the service, by a name of
	// your own. Default: none.
	Clients map[string]Client `json:"clients,omitempty"`

	// Egress is what the pods may reach beside DNS and PostgreSQL, by a name of
	// your own. Default: none.
	Egress map[string]Destination `json:"egress,omitempty"`

	ClusterNetwork `json:",inline"`
}

// Client is a set of pods that may reach a service.
type Client struct {
	// Namespace of the pods. Default: the service's own.
	Namespace string `json:"namespace,omitempty"`
	// PodLabels are matched exactly. Default: none (every pod of the namespace).
	PodLabels map[string]string `json:"podLabels,omitempty"`
}

// Destination is what pods may reach: addresses, pods, or the public internet.
type Destination struct {
	// CIDRs are addresses, as in 192.0.2.0/24. Default: none.
	CIDRs []string `json:"cidrs,omitempty"`
	// Namespace of pods. Default: with podLabels, the service's own.
	Namespace string `json:"namespace,omitempty"`
	// PodLabels are matched exactly. Default: none (every pod of the namespace).
	PodLabels map[string]string `json:"podLabels,omitempty"`
	// Public is every public address, and no private one. Default: false.
	Public bool `json:"public,omitempty"`
	// Ports are the TCP ports that pods or addresses listen on; those of a
	// Service may be others. Required.
	Ports []int32 `json:"ports"`
}
