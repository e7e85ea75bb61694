package policy

const hardenedPod = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},"

const hardenedContainer = "image: 'a:1.2.3', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"

// What these rules say at render is in TestCheck; here it is what a verification
// says.
var atRenderCases = []ruleCase{
	{"environment-not-empty", "empty", nil, []string{"error:  : has no objects"}},
	{"environment-not-empty", "one object", []string{role}, nil},
	{"object-once", "twice", []string{role, namespace, role}, []string{"error: Role cache/a: stands twice"}},
	{"object-once", "once", []string{role, namespace}, nil},
	{"spec-expanded", "a spec", []string{"apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: a}\n"}, []string{"error: AtticCache a kind: is that of a spec, which no cluster knows"}},
	{"spec-expanded", "none", []string{role}, nil},
	{"backup-own-place", "one place", []string{store("a"), cluster("a", "pg", "a"), inTree("other", "backup", "pg")}, []string{"error: Cluster b/other: backs up to s3://backup in https://s3.example.com under pg, as Cluster a/pg does"}},
	{"backup-own-place", "two places", []string{store("a"), cluster("a", "pg", "a"), inTree("other", "backup", "other")}, nil},
	{"backup-own-bucket", "where NARs are", []string{config("backup"), inTree("pg", "backup", "pg")}, []string{"error: Cluster b/pg: backs up to s3://backup in https://s3.example.com, where NARs are kept"}},
	{"backup-own-bucket", "elsewhere", []string{config("nars"), inTree("pg", "backup", "pg")}, nil},
	{"bucket-made-once", "twice", []string{byCrossplane("one", "b", s3), byCrossplane("two", "b", s3)}, []string{"error: Bucket a/two: makes s3://b in https://s3.example.com, as Bucket a/one does"}},
	{"bucket-made-once", "once", []string{byCrossplane("one", "b", s3)}, nil},
	{"host-once", "one host", []string{ingress("a", "traefik", "a.example.com"), ingress("b", "traefik", "a.example.com")}, []string{"error: Ingress cache/b spec.rules.0.host: answers for a.example.com/, as Ingress cache/a does"}},
	{"host-once", "two hosts", []string{ingress("a", "traefik", "a.example.com"), ingress("b", "traefik", "b.example.com")}, nil},
	{"operator-names", "taken", []string{cluster("cache", "pg", "a"), service("pg-rw", "a")}, []string{"error: Service cache/pg-rw metadata.name: is the name of an object that CloudNativePG makes for Cluster cache/pg"}},
	{"operator-names", "free", []string{cluster("cache", "pg", "a"), service("pg", "a")}, nil},
	{"pod-security", "refused", []string{space("pod-security.kubernetes.io/enforce: restricted"), deployment("a", "", hardenedContainer, "hostNetwork: true, "+hardenedPod)}, []string{
		"error: Deployment cache/a spec.template.spec: is what namespace cache refuses, because it is restricted: host namespaces (hostNetwork=true)",
	}},
	{"pod-security", "admitted", []string{space("pod-security.kubernetes.io/enforce: restricted"), deployment("a", "", hardenedContainer, hardenedPod)}, nil},
	{"namespace-level", "none", []string{space(""), deployment("a", "", hardenedContainer, hardenedPod)}, []string{
		"warning: Namespace cache metadata.labels.pod-security.kubernetes.io/enforce: is missing, so that the namespace admits pods that are root on their node",
	}},
	{"namespace-level", "privileged for nothing", []string{space("pod-security.kubernetes.io/enforce: privileged"), deployment("a", "", hardenedContainer, hardenedPod)}, []string{
		"info: Namespace cache metadata.labels.pod-security.kubernetes.io/enforce: is privileged, and restricted would be enough for the pods here",
	}},
	{"namespace-level", "no level", []string{space("pod-security.kubernetes.io/enforce: strict")}, []string{
		"error: Namespace cache metadata.labels.pod-security.kubernetes.io/enforce: is \"strict\", which is no level, and enforces restricted",
	}},
	{"namespace-level", "needed", []string{space("pod-security.kubernetes.io/enforce: privileged"), deployment("a", "", hardenedContainer, "hostNetwork: true, "+hardenedPod)}, nil},
	{"namespace-level", "for charts of others", []string{space("pod-security.kubernetes.io/enforce: baseline"), "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: cache}\n"}, nil},
	{"plain-secret", "plain", []string{secret + "stringData: {a: b}\n"}, []string{"error: Secret cache/a stringData: is in plain text (1 in all)"}},
	{"plain-secret", "empty", []string{secret}, nil},
	{"database-reachable", "not rendered", []string{shopEnv}, []string{"warning: Job shop/load: names PostgreSQL cluster shop/pg, which this environment does not render"}},
	{"database-reachable", "rendered", []string{shopEnv, pg}, nil},
	{"namespace-written", "none", []string{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}, []string{"warning: ConfigMap a metadata.namespace: is missing, and Flux and Argo CD each choose their own"}},
	{"namespace-written", "written", []string{service("a", "a")}, nil},
	{"image-pinned", "latest", []string{deployment("a", "", "image: 'a:latest'", "initContainers: [{image: 'localhost:5000/a'}],")}, []string{
		`error: Deployment cache/a spec.template.spec.initContainers.0.image: is "localhost:5000/a", without tag or digest`,
		`error: Deployment cache/a spec.template.spec.containers.0.image: has the tag "latest", which can move to another image`,
	}},
	{"image-pinned", "a version that moves", []string{deployment("a", "", "image: 'a:1'", "")}, []string{`warning: Deployment cache/a spec.template.spec.containers.0.image: has the tag "1", which can move to another image`}},
	{"image-pinned", "of PostgreSQL", []string{
		"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: a}\nspec: {imageName: 'postgresql:latest'}\n",
		"apiVersion: postgresql.cnpg.io/v1\nkind: ImageCatalog\nmetadata: {name: pg, namespace: a}\nspec: {images: [{major: 18, image: 'postgresql:18.6'}, {major: 17, image: postgresql}]}\n",
		"apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: {name: pg, namespace: a}\nspec: {template: {spec: {containers: [{image: 'pgbouncer:latest'}]}}}\n",
	}, []string{
		`error: Cluster a/pg spec.imageName: has the tag "latest", which can move to another image`,
		`error: ImageCatalog a/pg spec.images.1.image: is "postgresql", without tag or digest`,
		`error: Pooler a/pg spec.template.spec.containers.0.image: has the tag "latest", which can move to another image`,
	}},
	{"image-pinned", "pinned", []string{deployment("a", "", "image: 'a:1.2.3'", "")}, nil},
}
