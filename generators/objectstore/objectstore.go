// Package objectstore is what every user of an S3 bucket needs to know about
// it: where it is, whom to let through to reach it, and with which credentials.
package objectstore

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Keys of a Secret with S3 credentials, and the environment variables that S3
// clients read them from.
const (
	KeyAccessKeyID     = "AWS_ACCESS_KEY_ID"
	KeySecretAccessKey = "AWS_SECRET_ACCESS_KEY"
	// KeySessionToken belongs to temporary credentials, which no Secret holds.
	KeySessionToken = "AWS_SESSION_TOKEN"
)

// ValidateEndpoint checks the field endpoint of a block: its form, that it says
// where the store is, and that it is encrypted unless that was given up by the
// field insecure beside it.
func ValidateEndpoint(p *validate.Problems, block *field.Path, endpoint string, insecure bool) {
	path := block.Child("endpoint")
	u, ok := p.Endpoint(path, endpoint)
	if ok && !strings.ContainsAny(u.Hostname(), ".:") {
		// No policy could let pods through to it without knowing where it is.
		full := *u
		full.Host = strings.Replace(u.Host, u.Hostname(), u.Hostname()+".NAMESPACE.svc", 1)
		p.Add(path, fmt.Sprintf("is %s, a Service without its namespace", validate.Quote(endpoint)),
			"write it with its namespace, as in "+full.String())
	}
	if ok && u.Scheme == "http" && !insecure {
		p.Add(path, fmt.Sprintf("is %s, which is not encrypted", validate.Quote(endpoint)),
			fmt.Sprintf("write https, or set %s: true for a store that cannot do TLS", block.Child("insecure")))
	}
}

// SameEndpoint tells whether two URLs lead to the same store, however they
// spell it.
func SameEndpoint(a, b string) bool { return Canonical(a) == Canonical(b) }

// Canonical is one spelling for all URLs of a store; what is no URL stays as it
// is.
func Canonical(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	host := strings.ToLower(u.Hostname())
	if p := port(u); p != port(&url.URL{Scheme: u.Scheme}) {
		host += ":" + strconv.Itoa(int(p))
	}
	return u.Scheme + "://" + host
}

// Credentials are the environment variables of an S3 client. The checksum
// settings keep AWS' newer SDKs from asking S3-compatible stores for trailing
// checksums that many of them refuse.
func Credentials(secret string) []corev1.EnvVar {
	return append([]corev1.EnvVar{
		{Name: KeyAccessKeyID, ValueFrom: hardened.FromSecret(secret, KeyAccessKeyID)},
		{Name: KeySecretAccessKey, ValueFrom: hardened.FromSecret(secret, KeySecretAccessKey)},
	}, Compatibility()...)
}

// Compatibility is the part of [Credentials] that holds no secrets.
func Compatibility() []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "AWS_REQUEST_CHECKSUM_CALCULATION", Value: "when_required"},
		{Name: "AWS_RESPONSE_CHECKSUM_VALIDATION", Value: "when_required"},
	}
}

// DefaultPeer finds out from an endpoint where the store is: the namespace of a
// Service inside the cluster, one address, or, as a nil block, somewhere on the
// public internet. The endpoint may not have been checked yet.
func DefaultPeer(peer *v1alpha1.S3Peer, endpoint string) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return
	}
	defaulting.Pointer(&peer.Port, port(u))
	if len(peer.CIDRs) > 0 || peer.Namespace != "" {
		return
	}
	host := u.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil {
		peer.CIDRs = []string{hardened.Address(addr)}
		return
	}
	host = strings.TrimSuffix(host, ".cluster.local")
	if service, ok := strings.CutSuffix(host, ".svc"); ok {
		if i := strings.LastIndex(service, "."); i >= 0 {
			peer.Namespace = service[i+1:]
		}
	}
}

// privateSuffixes end names that are looked up within an organisation.
var privateSuffixes = []string{".internal", ".local", ".lan", ".corp", ".home.arpa", ".intranet"}

// WarnPrivate warns about a store that the policy probably does not let pods
// reach: one whose name says that it is not on the public internet, or looks like
// that of a Service with its namespace, while the default opens nothing else; and
// a Service on a port that pods seldom have.
func WarnPrivate(p *validate.Problems, path *field.Path, endpoint string, at *field.Path, peer v1alpha1.S3Peer) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || len(peer.CIDRs) > 0:
		return
	case peer.Namespace != "":
		if *peer.Port == 80 || *peer.Port == 443 {
			p.Warn(path, fmt.Sprintf("leads to port %d of a Service, and policies see the port of its pods, which is often another", *peer.Port),
				fmt.Sprintf("write the pods' port under %s", at.Child("port")))
		}
		return
	}
	host := u.Hostname()
	for _, suffix := range privateSuffixes {
		if strings.HasSuffix(host, suffix) {
			p.Warn(path, fmt.Sprintf("is %s, which looks private, and pods may reach public addresses only", validate.Quote(endpoint)),
				fmt.Sprintf("write the store's addresses under %s", at.Child("cidrs")))
			return
		}
	}
	if strings.Count(host, ".") == 1 {
		p.Warn(path, fmt.Sprintf("is %s, which looks like a Service and its namespace, and pods may reach public addresses only", validate.Quote(endpoint)),
			fmt.Sprintf("write %s.svc if it is one, or the store's addresses under %s", host, at.Child("cidrs")))
	}
}

func port(u *url.URL) int32 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return int32(n)
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// ValidatePeer checks a defaulted peer.
func ValidatePeer(p *validate.Problems, path *field.Path, peer v1alpha1.S3Peer) {
	p.CIDRs(path.Child("cidrs"), peer.CIDRs)
	if peer.Namespace != "" {
		p.DNSLabel(path.Child("namespace"), peer.Namespace)
	}
	p.Labels(path.Child("podLabels"), peer.PodLabels)
	p.Int32(path.Child("port"), peer.Port, 1, 65535)
	switch {
	case len(peer.CIDRs) > 0 && peer.Namespace != "":
		p.Add(path.Child("namespace"), "stands beside cidrs", "keep one of them: a store is inside the cluster or outside")
	case len(peer.PodLabels) > 0 && peer.Namespace == "":
		p.Add(path.Child("podLabels"), "has no namespace beside it", "write the namespace of the store too")
	}
}

// Egress lets pods through to the store.
func Egress(peer v1alpha1.S3Peer) hardened.Rule {
	return hardened.Rule{Peers: peers(peer), TCP: []int32{*peer.Port}}
}

func peers(peer v1alpha1.S3Peer) []networkingv1.NetworkPolicyPeer {
	switch {
	case peer.Namespace != "":
		return []networkingv1.NetworkPolicyPeer{hardened.PodsIn(v1alpha1.Peer{Namespace: peer.Namespace, PodLabels: peer.PodLabels})}
	case len(peer.CIDRs) > 0:
		return hardened.Blocks(peer.CIDRs)
	default:
		return hardened.Public()
	}
}
