package policy

import (
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// groupGateway is the API group of the Gateway API.
const groupGateway = "gateway.networking.k8s.io"

// streamTLS is about an IngressRouteTCP, of which only the certificate or the
// server behind it can keep others from listening.
func streamTLS(o manifest.Object) []Finding {
	tls := root(o).at("spec", "tls")
	switch {
	case !tls.exists():
		return []Finding{{
			Object: o.ID, Path: tls.path, Severity: diag.Warning,
			Message: "is missing, so that the stream is in plain text unless client and server encrypt it themselves",
			Hint:    "write tls with secretName, or passthrough: true; if the protocol encrypts by itself, waive this with that as the reason",
		}}
	case tls.at("passthrough").is(true) || tls.at("secretName").text() != "" || tls.at("certResolver").text() != "":
		return nil
	default:
		return []Finding{{Object: o.ID, Path: tls.at("secretName").path, Message: "is missing, so that the certificate is Traefik's own", Hint: "name the Secret of the certificate"}}
	}
}

// gatewayTLS is about the listeners of a Gateway: one in plain text may have
// routes that redirect, and no others.
func gatewayTLS(o manifest.Object, objects []manifest.Object) []Finding {
	var found []Finding
	for _, listener := range root(o).at("spec", "listeners").items() {
		tls := listener.at("tls")
		switch listener.at("protocol").text() {
		case "HTTPS", "TLS":
			if len(tls.at("certificateRefs").items()) == 0 && tls.at("mode").text() != "Passthrough" {
				found = append(found, Finding{Object: o.ID, Path: tls.at("certificateRefs").path, Message: "is missing, so that there is no certificate", Hint: "name the Secret of the certificate"})
			}
		case "HTTP":
			for _, r := range objects {
				if r.Group == groupGateway && r.Kind == "HTTPRoute" && attaches(r, o, listener) && !redirectsAll(r) {
					found = append(found, Finding{
						Object: r.ID, Path: []string{"spec", "rules"},
						Message: "answers in plain text on " + o.String() + ", and not every rule redirects to https",
						Hint:    "name the listener with a certificate as sectionName under parentRefs, or write a filter RequestRedirect with scheme: https",
					})
				}
			}
		}
	}
	return found
}

// attaches tells whether a route goes to a listener of a Gateway.
func attaches(route, gateway manifest.Object, listener value) bool {
	return slices.ContainsFunc(root(route).at("spec", "parentRefs").items(), func(ref value) bool {
		namespace := ref.at("namespace").text()
		if namespace == "" {
			namespace = route.Namespace
		}
		section, port := ref.at("sectionName").text(), ref.at("port")
		number, _ := port.number()
		of, _ := listener.at("port").number()
		return ref.at("name").text() == gateway.Name && namespace == gateway.Namespace &&
			(section == "" || section == listener.at("name").text()) && (!port.exists() || number == of)
	})
}

// redirectsAll tells whether all rules of a route send clients to https.
func redirectsAll(route manifest.Object) bool {
	rules := root(route).at("spec", "rules").items()
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(rule value) bool {
		return !slices.ContainsFunc(rule.at("filters").items(), func(f value) bool {
			return f.at("requestRedirect", "scheme").text() == "https"
		})
	})
}
