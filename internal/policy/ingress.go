package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Traefik's API group, and its annotation for where an Ingress is answered.
const (
	groupTraefik      = "traefik.io"
	routerEntryPoints = "traefik.ingress.kubernetes.io/router.entrypoints"
)

// certificateOfAWS is where AWS's load balancers are told their certificate.
const certificateOfAWS = "alb.ingress.kubernetes.io/certificate-arn"

// unencrypted finds hosts that are answered in plain text, or with a certificate
// that is not theirs.
func unencrypted(in Input) []Finding {
	redirects := map[manifest.ID]bool{}
	for _, o := range in.Objects {
		if o.Group == groupTraefik && o.Kind == "Middleware" && root(o).at("spec", "redirectScheme", "scheme").text() == "https" {
			redirects[o.ID] = true
		}
	}
	var found []Finding
	for _, o := range in.Objects {
		switch {
		case o.Group == "networking.k8s.io" && o.Kind == "Ingress":
			found = append(found, ingressTLS(o)...)
		case o.Group == groupTraefik && o.Kind == "IngressRoute":
			found = append(found, routeTLS(o, redirects)...)
		case o.Group == groupTraefik && o.Kind == "IngressRouteTCP":
			found = append(found, streamTLS(o)...)
		case o.Group == groupGateway && o.Kind == "Gateway":
			found = append(found, gatewayTLS(o, in.Objects)...)
		}
	}
	return found
}

// ingressTLS is about an Ingress: each host must be among those of a certificate.
func ingressTLS(o manifest.Object) []Finding {
	class := ingressClass(o)
	certificate := root(o).at("metadata", "annotations", certificateOfAWS)
	if strings.HasPrefix(certificate.text(), "arn:") && (class == "" || class == "alb") {
		return nil
	}
	var found []Finding
	spec := root(o).at("spec")
	var hosts []string
	for _, entry := range spec.at("tls").items() {
		if entry.at("secretName").text() == "" {
			found = append(found, Finding{Object: o.ID, Path: entry.at("secretName").path, Message: "is missing, so that the certificate is the ingress controller's own", Hint: "name the Secret of the certificate"})
		}
		for _, host := range entry.at("hosts").items() {
			hosts = append(hosts, host.text())
		}
	}
	for _, rule := range spec.at("rules").items() {
		if host := rule.at("host"); !slices.ContainsFunc(hosts, func(pattern string) bool { return certifies(pattern, host.text()) }) {
			found = append(found, Finding{Object: o.ID, Path: host.path, Message: "is " + diag.Quote(host.text()) + ", for which spec.tls names no certificate", Hint: "name the host under hosts of an entry of spec.tls, with a secretName"})
		}
	}
	if spec.at("defaultBackend").exists() && len(spec.at("tls").items()) == 0 {
		found = append(found, Finding{Object: o.ID, Path: spec.at("tls").path, Message: "is missing, so that everything is answered in plain text", Hint: "name hosts and the Secret of their certificate"})
	}
	annotations := root(o).at("metadata", "annotations")
	if at := annotations.at("nginx.ingress.kubernetes.io/ssl-redirect"); at.text() == "false" {
		found = append(found, Finding{Object: o.ID, Path: at.path, Message: "is false, so that requests in plain text are answered", Hint: "remove it", Severity: diag.Warning})
	}
	if at := annotations.at(routerEntryPoints); class == "traefik" && (!at.exists() || slices.Contains(list(at.text()), "web")) {
		found = append(found, Finding{Object: o.ID, Path: at.path, Message: "does not keep the Ingress to websecure, so that Traefik may answer in plain text too", Hint: "write websecure", Severity: diag.Warning})
	}
	return found
}

// ingressClass is the class of an Ingress, by its field or as it was before there
// was one.
func ingressClass(o manifest.Object) string {
	if class := root(o).at("spec", "ingressClassName").text(); class != "" {
		return class
	}
	return root(o).at("metadata", "annotations", "kubernetes.io/ingress.class").text()
}

// certifies tells whether a certificate for a host, or for all that are one label
// below a domain, is one for another.
func certifies(pattern, host string) bool {
	if domain, wildcard := strings.CutPrefix(pattern, "*."); wildcard {
		_, rest, _ := strings.Cut(host, ".")
		return rest == domain || host == pattern
	}
	return pattern == host && host != ""
}

// routeTLS is about an IngressRoute: what is not encrypted may do no more than
// send clients to where it is, or answer the challenge for a certificate.
func routeTLS(o manifest.Object, redirects map[manifest.ID]bool) []Finding {
	spec := root(o).at("spec")
	if tls := spec.at("tls"); tls.exists() {
		if tls.at("secretName").text() != "" || tls.at("certResolver").text() != "" {
			return nil
		}
		return []Finding{{Object: o.ID, Path: tls.at("secretName").path, Message: "is missing, so that the certificate is Traefik's own", Hint: "name the Secret of the certificate"}}
	}
	for _, route := range spec.at("routes").items() {
		redirected := slices.ContainsFunc(route.at("middlewares").items(), func(m value) bool { return redirects[middleware(o, m)] })
		if !redirected && !isChallenge(route.at("match").text()) {
			return []Finding{{Object: o.ID, Path: spec.at("tls").path, Message: "is missing, and not every route redirects to https", Hint: "write tls with secretName, or a middleware with redirectScheme to each route"}}
		}
	}
	return nil
}

// challenge is the only path that clients must find in plain text.
const challenge = "/.well-known/acme-challenge/"

// isChallenge tells whether a rule matches nothing but challenges: one that names
// them among alternatives, or to leave them out, matches more.
func isChallenge(match string) bool {
	return strings.Contains(match, "(`"+challenge) && !strings.ContainsAny(match, "!|")
}

// middleware is the one that a route names.
func middleware(o manifest.Object, ref value) manifest.ID {
	id := manifest.ID{Group: groupTraefik, Kind: "Middleware", Namespace: ref.at("namespace").text(), Name: ref.at("name").text()}
	if id.Namespace == "" {
		id.Namespace = o.Namespace
	}
	return id
}

// list is the parts of a text with commas.
func list(text string) []string {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}
