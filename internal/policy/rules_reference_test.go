package policy

import (
	"strings"
	"testing"
)

const (
	// Made up for these tests, and of no use anywhere.
	inventedJWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.aW52ZW50ZWQgc2lnbmF0dXJl"
	inventedAWS = "AKIA" + "IOSFODNN7INVENTD"
	inventedPEM = "    -----BEGIN RSA PRIVATE KEY-----\n    aW52ZW50ZWQgYW5kIG9mIG5vIHVzZQ==\n    -----END RSA PRIVATE KEY-----\n"
)

func settingsOf(name, data string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: cache}\ndata:\n" + data
}

var referenceCases = []ruleCase{
	{"reference-exists", "of pods", []string{deployment("a", "", "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}], envFrom: [{configMapRef: {name: env}}]",
		"serviceAccountName: me, volumes: [{configMap: {name: files}}, {persistentVolumeClaim: {claimName: data}}, {projected: {sources: [{configMap: {name: more}}]}}],")}, []string{
		"error: Deployment cache/a spec.template.spec.serviceAccountName: names ServiceAccount cache/me, which this environment does not render",
		"error: Deployment cache/a spec.template.spec.containers.0.env.0.valueFrom.configMapKeyRef.name: names ConfigMap cache/settings, which this environment does not render",
		"error: Deployment cache/a spec.template.spec.containers.0.envFrom.0.configMapRef.name: names ConfigMap cache/env, which this environment does not render",
		"error: Deployment cache/a spec.template.spec.volumes.0.configMap.name: names ConfigMap cache/files, which this environment does not render",
		"warning: Deployment cache/a spec.template.spec.volumes.1.persistentVolumeClaim.claimName: names PersistentVolumeClaim cache/data, which this environment does not render",
		"error: Deployment cache/a spec.template.spec.volumes.2.projected.sources.0.configMap.name: names ConfigMap cache/more, which this environment does not render",
	}},
	{"reference-exists", "of hosts", []string{
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {traefik.ingress.kubernetes.io/router.middlewares: 'cache-limit@kubernetescrd, other-limit@kubernetescrd, auth@file'}}\nspec: {rules: [{http: {paths: [{backend: {service: {name: a}}}]}}]}\n",
		route("routes: [{middlewares: [{name: limit}, {name: theirs, namespace: other}, {name: auth@file}], services: [{name: a}, {name: noop@internal, kind: TraefikService}]}]"),
	}, []string{
		"error: Ingress cache/a metadata.annotations.traefik.ingress.kubernetes.io/router.middlewares: names Middleware cache/limit, which this environment does not render",
		"warning: Ingress cache/a spec.rules.0.http.paths.0.backend.service.name: names Service cache/a, which this environment does not render",
		"error: IngressRoute cache/a spec.routes.0.middlewares.0.name: names Middleware cache/limit, which this environment does not render",
		"warning: IngressRoute cache/a spec.routes.0.middlewares.1.name: names Middleware other/theirs, which this environment does not render",
		"warning: IngressRoute cache/a spec.routes.0.services.0.name: names Service cache/a, which this environment does not render",
	}},
	{"reference-exists", "of PostgreSQL", []string{
		poolerWith(""),
		"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: other, namespace: cache}\nspec: {imageCatalogRef: {kind: ImageCatalog, name: images}, plugins: [{parameters: {barmanObjectName: store}}]}\n",
	}, []string{
		"error: Pooler cache/pg-pooler-rw spec.cluster.name: names Cluster cache/pg, which this environment does not render",
		"error: Cluster cache/other spec.imageCatalogRef.name: names ImageCatalog cache/images, which this environment does not render",
		"error: Cluster cache/other spec.plugins.0.parameters.barmanObjectName: names ObjectStore cache/store, which this environment does not render",
	}},
	{"reference-exists", "all there", []string{
		deployment("a", "", "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: a}}}], envFrom: [{configMapRef: {name: maybe, optional: true}}]", "serviceAccountName: default, volumes: [{projected: {sources: [{configMap: {name: kube-root-ca.crt}}]}}],"),
		settingsOf("a", "  a: b\n"), redirect, databaseWith(""), poolerWith(""),
		route("routes: [{middlewares: [{name: https}], services: [{name: pg-rw}]}]"),
	}, nil},
	{"secret-awaited", "nobody makes them", []string{
		deployment("a", "", "env: [{name: A, valueFrom: {secretKeyRef: {name: s3, key: a}}}, {name: B, valueFrom: {secretKeyRef: {name: s3, key: b}}}]", "imagePullSecrets: [{name: registry}],"),
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache}\nspec: {tls: [{secretName: tls}]}\n",
		"apiVersion: barmancloud.cnpg.io/v1\nkind: ObjectStore\nmetadata: {name: a, namespace: cache}\nspec: {configuration: {s3Credentials: {accessKeyId: {name: backup, key: ID}, secretAccessKey: {name: backup, key: KEY}}}}\n",
	}, []string{
		"info: Deployment cache/a spec.template.spec.imagePullSecrets.0.name: names Secret cache/registry, which must be there: nothing here makes it",
		"info: Deployment cache/a spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.name: names Secret cache/s3, which must be there with keys a, b: nothing here makes it",
		"info: Ingress cache/a spec.tls.0.secretName: names Secret cache/tls, which must be there: nothing here makes it",
		"info: ObjectStore cache/a spec.configuration.s3Credentials.accessKeyId.name: names Secret cache/backup, which must be there with keys ID, KEY: nothing here makes it",
	}},
	{"secret-awaited", "somebody makes them", []string{
		deployment("a", "", "envFrom: [{secretRef: {name: pg-app}}, {secretRef: {name: sealed}}, {secretRef: {name: external}}, {secretRef: {name: issued}}, {secretRef: {name: a}}]", ""),
		databaseWith(""), secret,
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: sealed, namespace: cache}\n",
		"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a, namespace: cache}\nspec: {target: {name: external}}\n",
		"apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a, namespace: cache}\nspec: {secretName: issued}\n",
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {cert-manager.io/issuer: a}}\nspec: {tls: [{secretName: tls}]}\n",
	}, nil},
}

const readable = ", which whoever can read the repository can read"

var credentialCases = []ruleCase{
	{"plain-credential", "in variables and arguments", []string{deployment("a", "", `env: [{name: DB_PASSWORD, value: hunter2}, {name: URL, value: 'postgres://me:hunter2@db/attic'}], command: [a, --token=hunter2], args: [--password, hunter2, secret_key=Hunter2x, '`+inventedJWT+`']`, "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.args.3: holds a JSON Web Token" + readable,
		"error: Deployment cache/a spec.template.spec.containers.0.env.1.value: holds a URL with a password" + readable,
		`error: Deployment cache/a spec.template.spec.containers.0.env.0.value: holds what sounds secret by its name "DB_PASSWORD"` + readable,
		`error: Deployment cache/a spec.template.spec.containers.0.command.1: holds what sounds secret by its name "token"` + readable,
		`error: Deployment cache/a spec.template.spec.containers.0.args.1: holds what sounds secret by its name "password"` + readable,
		`error: Deployment cache/a spec.template.spec.containers.0.args.2: holds what sounds secret by its name "secret_key"` + readable,
	}},
	{"plain-credential", "in ConfigMaps", []string{
		settingsOf("a", "  a.toml: |\n    [jwt.signing]\n    token-hs256-secret-base64 = 'aW52ZW50ZWQvYW5k+w=='\n  aws: "+inventedAWS+"\n  key: |\n"+inventedPEM+"  run.sh: |\n    export API_KEY=aW52ZW50ZWQ\n"),
		settingsOf("b", "  client-secret: 00c0ffee00c0ffee00c0ffee00c0ffee\n"),
	}, []string{
		"error: ConfigMap cache/a data.aws: holds an AWS access key" + readable,
		"error: ConfigMap cache/a data.key: holds a private key" + readable,
		`error: ConfigMap cache/a data.a.toml: holds what sounds secret by its name "token-hs256-secret-base64"` + readable,
		`error: ConfigMap cache/a data.run.sh: holds what sounds secret by its name "API_KEY"` + readable,
		`error: ConfigMap cache/b data.client-secret: holds what sounds secret by its name "client-secret"` + readable,
	}},
	{"plain-credential", "in values of charts", []string{
		"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: a}\nspec: {values: {admin: {password: hunter2}}}\n",
		"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: a}\nspec: {source: {helm: {parameters: [{name: admin.password, value: hunter2}], values: \"a: b\\nadminPassword: hunter2\\n\"}}}\n",
	}, []string{
		`warning: HelmRelease a/a spec.values.admin.password: holds what sounds secret by its name "password"` + readable,
		`warning: Application a/a spec.source.helm.parameters.0.value: holds what sounds secret by its name "admin.password"` + readable,
		`error: Application a/a spec.source.helm.values: holds what sounds secret by its name "adminPassword"` + readable,
	}},
	{"plain-credential", "what only sounds like it", []string{
		deployment("a", "", `env: [{name: DB_PASSWORD_FILE, value: /run/a}, {name: DB_PASSWORD, value: $(OTHER)}, {name: PUBKEY_TOKEN, value: aaaaaaaa}, {name: REQUIRE_TOKEN, value: 'true'}, {name: URL, value: 'postgres://$(USER):$(PASSWORD)@db/attic'}, {name: AUTH_SECRET, value: name-of-one}, {name: SECRET_STORE, value: vault-backend}, {name: MAX_TOKENS, value: '1000000'}], args: [--token-file, /a, --password=$(A), --token, --verbose]`, ""),
		databaseWith("password_encryption: scram-sha-256"),
		settingsOf("a", "  a.json: |\n    {\"secret\": \"attic-tokens\"}\n  a.sh: |\n    password=$(cat /run/secrets/a)\n    # token: aaaaaaaa\n  a.sql: |\n    SELECT count(*) AS tokens FROM tokens\n"),
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: a}\nspec: {encryptedData: {password: aW52ZW50ZWQ}}\n",
		secret + "stringData: {password: hunter2}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: cache}\ndata: {password: '" + sealed + "'}\n" + bySOPS,
		strings.ReplaceAll("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {description: 'as in JWT'}\n", "JWT", inventedJWT),
	}, nil},
}

// Who is told that the list of revoked tokens is missing is told who writes it.
func TestMissingListHasAHintOfItsOwn(t *testing.T) {
	hint := func(name string) string {
		found := rule(t, "reference-exists").Check(Input{Objects: objectsOf(t, deployment("a", "", "envFrom: [{configMapRef: {name: "+name+"}}]", ""))})
		for _, f := range found {
			if strings.Contains(f.Message, name) {
				return f.Hint
			}
		}
		t.Fatalf("%s is not missed", name)
		return ""
	}
	if got := hint("attic-revoked-tokens"); !strings.Contains(got, "atticgen token revoke") {
		t.Errorf("got %s", got)
	}
	if got := hint("settings"); strings.Contains(got, "atticgen token") {
		t.Errorf("got %s", got)
	}
}
