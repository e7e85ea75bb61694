package policy

import "strings"

func revokedList(text string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: attic-revoked-tokens, namespace: cache}\ndata: {revoked.json: '" + text + "'}\n"
}

const oneRevoked = `{"revoked": [{"id": "ID", "subject": "ci", "reason": "lost", "revokedAt": "2027-01-31T12:00:00Z"}]}`

var tokenListCases = []ruleCase{
	{"token-lists", "lists that nobody can use", []string{
		revokedList(`{"revoked": [`), revokedList(strings.ReplaceAll(oneRevoked, "ID", "SHA256:"+strings.Repeat("0", 64))), revokedList(`{"revoked": [{}, []]}`), revokedList(""),
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: attic-revoked-tokens, namespace: cache}\ndata: {revoked.yaml: ''}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: attic-issued-tokens, namespace: cache}\ndata: {issued.json: '{}'}\n",
	}, []string{
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, it is no JSON: unexpected end of JSON input`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[0].id is "SHA256:00000000000000000000000000000000000000000000000000000…", which is no digest`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[0].id is missing`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[0].reason is missing`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[0].revokedAt is missing`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[0].subject is missing`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, revoked[1] is no JSON object`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: cannot be read: in line 1, it is empty, and no list`,
		`error: ConfigMap cache/attic-revoked-tokens data.revoked.json: is missing`,
		`error: ConfigMap cache/attic-issued-tokens data.issued.json: cannot be read: in line 1, tokens is missing`,
	}},
	{"token-lists", "lists that can be read", []string{
		revokedList(oneRevoked), revokedList(`{"revoked": []}`),
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: attic-issued-tokens, namespace: cache}\ndata: {issued.json: '{\"tokens\": []}'}\n",
		"apiVersion: example.com/v1\nkind: ConfigMap\nmetadata: {name: attic-revoked-tokens, namespace: cache}\n",
	}, nil},
}

// part is a Deployment with a Service, of a cache.
func part(name, component, args string) string {
	labels := "app.kubernetes.io/part-of: attic, app.kubernetes.io/component: " + component + ", app: " + name
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: cache}\n" +
		"spec: {template: {metadata: {labels: {" + labels + "}}, spec: {containers: [{name: c, args: [" + args + "]}]}}}\n"
}

func asks(name, address string) string {
	return "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: " + name + ", namespace: cache}\nspec: {forwardAuth: {address: '" + address + "'}}\n"
}

// guarded is a cache with two servers, whose routes are to ask about tokens.
func guarded(routes ...string) []string {
	return append([]string{
		part("attic", "api", "--mode, api-server"), service("attic", "attic"),
		part("attic-next", "api", "--mode, api-server"), service("attic-next", "attic-next"),
		part("attic-pg-ui", "ui", ""), service("attic-ui", "attic-pg-ui"),
		part("asked", "authorization", "authz, --revoked, /revoked.json"), service("asked", "asked"),
		asks("revoked", "http://asked.cache.svc:80/"),
		"apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: chain, namespace: cache}\nspec: {chain: {middlewares: [{name: chain}, {name: revoked}]}}\n",
		"apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: path, namespace: cache}\nspec: {replacePath: {path: /a}}\n",
	}, routes...)
}

func backends(middlewares, service string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {traefik.ingress.kubernetes.io/router.middlewares: '" + middlewares + "'}}\n" +
		"spec: {rules: [{http: {paths: [{backend: {service: {name: " + service + "}}}]}}]}\n"
}

const past = " that does not go through Middleware cache/revoked, so that revoked tokens work on it"

var guardCases = []ruleCase{
	{"revocation-asked", "ways past it", guarded(
		route("routes: [{middlewares: [{name: path}], services: [{name: attic}]}, {services: [{name: attic-next, kind: Service, namespace: cache}]}]"),
		route("routes: [{middlewares: [{name: path}, {name: chain}], services: [{name: attic}]}, {middlewares: [{name: revoked, namespace: other}], services: [{name: attic}]}]"),
		backends("cache-path@kubernetescrd", "attic"), backends("cache-path@kubernetescrd,cache-revoked@kubernetescrd", "attic"),
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: all, namespace: cache}\nspec: {defaultBackend: {service: {name: attic}}}\n",
		"apiVersion: traefik.io/v1alpha1\nkind: IngressRouteTCP\nmetadata: {name: a, namespace: cache}\nspec: {routes: [{services: [{name: attic}]}]}\n",
	), []string{
		"error: IngressRoute cache/a spec.routes.0.middlewares: has a way to Service cache/attic" + past,
		"error: IngressRoute cache/a spec.routes.1.middlewares: has a way to Service cache/attic-next" + past,
		"error: IngressRoute cache/a spec.routes.0.middlewares: goes through Middleware cache/path, which changes the path, before Middleware cache/revoked",
		"error: IngressRoute cache/a spec.routes.1.middlewares: has a way to Service cache/attic" + past,
		"error: Ingress cache/a metadata.annotations.traefik.ingress.kubernetes.io/router.middlewares: has a way to Service cache/attic" + past,
		"error: Ingress cache/a metadata.annotations.traefik.ingress.kubernetes.io/router.middlewares: goes through Middleware cache/path, which changes the path, before Middleware cache/revoked",
		"error: Ingress cache/all metadata.annotations.traefik.ingress.kubernetes.io/router.middlewares: has a way to Service cache/attic" + past,
		"error: IngressRouteTCP cache/a spec.routes.0.services.0.name: has a way to Service cache/attic" + past,
	}},
	{"revocation-asked", "all ask", guarded(
		route("routes: [{middlewares: [{name: revoked}, {name: path}], services: [{name: attic}]}, {middlewares: [{name: chain}], services: [{name: attic-next}]}, {middlewares: [{name: cache-revoked@kubernetescrd}], services: [{name: attic}]}]"),
		route("routes: [{services: [{name: attic-ui}]}, {services: [{name: noop@internal, kind: TraefikService}]}]"),
		backends("cache-other@kubernetescrd, cache-revoked@kubernetescrd", "attic"), backends("", "attic-ui"),
	), nil},
	{"revocation-asked", "nobody asks, or somebody else", []string{
		part("attic", "api", "--mode, api-server"), service("attic", "attic"), part("login", "login", "serve"), service("login", "login"),
		asks("login", "http://login.cache.svc/"), asks("away", "https://login.example.com/"), asks("none", "://"),
		route("routes: [{services: [{name: attic}]}]"),
	}, nil},
}
