package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

const (
	namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cache}\n"
	role      = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a, namespace: cache}\n"
	secret    = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: cache}\n"
)

// A value as SOPS writes it, and what it writes beside such.
const (
	sealed = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]"
	bySOPS = "sops: {mac: '" + sealed + "', lastmodified: '2026-01-01T00:00:00Z'}\n"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		objects []string
		want    []string
	}{
		"nothing":                {nil, []string{"overlays/a/kustomization.yaml: error: renders no objects; name at least one cache under generators; an empty environment would delete everything"}},
		"fine":                   {[]string{namespace, role}, nil},
		"twice":                  {[]string{role, namespace, role}, []string{"overlays/a/kustomization.yaml: error: renders Role cache/a twice; give the specs different names or namespaces"}},
		"a namespace twice":      {[]string{namespace, role, namespace}, []string{"overlays/a/kustomization.yaml: error: renders Namespace cache twice; set spec.namespace.create: false in all but one spec of the namespace"}},
		"twice in two versions":  {[]string{role, "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: Role\nmetadata: {name: a, namespace: cache}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Role cache/a twice; give the specs different names or namespaces"}},
		"in two groups":          {[]string{role, "apiVersion: example.com/v1\nkind: Role\nmetadata: {name: a, namespace: cache}\n"}, nil},
		"in two namespaces":      {[]string{role, "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a, namespace: b}\n"}, nil},
		"a spec":                 {[]string{namespace, "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: a, namespace: cache}\n"}, []string{"overlays/a/kustomization.yaml: error: renders AtticCache cache/a, a spec, as it is; name it under generators instead of resources"}},
		"a spec of any version":  {[]string{"apiVersion: atticgen.dev/v9\nkind: Future\nmetadata: {name: a}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Future a, a spec, as it is; name it under generators instead of resources"}},
		"data":                   {[]string{secret + "data: {a: YQ==, b: Yg==}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (2 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"stringData":             {[]string{secret + "stringData: {a: b}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with stringData in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"an empty Secret":        {[]string{secret + "data: {}\nstringData: ~\n"}, nil},
		"a Secret of others":     {[]string{"apiVersion: example.com/v1\nkind: Secret\nmetadata: {name: a, namespace: cache}\ndata: {a: b}\n"}, nil},
		"a sealed one":           {[]string{"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: cache}\nspec: {encryptedData: {a: b}}\n"}, nil},
		"encrypted":              {[]string{secret + "data: {a: '" + sealed + "', b: ''}\n" + bySOPS}, nil},
		"encrypted, not all":     {[]string{secret + "data: {a: '" + sealed + "', b: Yg==}\n" + bySOPS}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"only said to be":        {[]string{secret + "data: {a: YQ==}\nsops: {}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"encrypted, it says":     {[]string{secret + "data: {a: '" + sealed + "'}\nsops: {mac: a, lastmodified: a}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"encrypted in part":      {[]string{secret + "data: {a: '" + sealed + " hunter2'}\n" + bySOPS}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"encrypted in form":      {[]string{secret + "data: {a: 'ENC[AES256_GCM,data:hunter2,type:str]'}\n" + bySOPS}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"encrypted by who knows": {[]string{secret + "data: {a: 'ENC[AES256_GCM,data:AA==,type:str]'}\n"}, []string{"overlays/a/kustomization.yaml: error: renders Secret cache/a with data in plain text (1 in all); encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"}},
		"all of it twice": {[]string{namespace, role, secret, namespace, role, secret}, []string{
			"overlays/a/kustomization.yaml: error: renders Namespace cache twice; set spec.namespace.create: false in all but one spec of the namespace",
			"overlays/a/kustomization.yaml: error: renders Role cache/a twice, and 1 more objects; give the specs different names or namespaces",
		}},
		"one host": {[]string{ingress("a", "traefik", "a.example.com"), ingress("b", "traefik", "a.example.com")}, []string{
			"overlays/a/kustomization.yaml: error: renders Ingress cache/a and Ingress cache/b, which both answer for a.example.com/; give each cache a spec.hostname, each service a spec.ingress.host or path, and both spec.ingress.extraHosts of their own",
		}},
		"every host": {[]string{ingress("a", "traefik", ""), ingress("b", "traefik", "")}, []string{
			"overlays/a/kustomization.yaml: error: renders Ingress cache/a and Ingress cache/b, which both answer for any host, /; give each cache a spec.hostname, each service a spec.ingress.host or path, and both spec.ingress.extraHosts of their own",
		}},
		"one host, two controllers": {[]string{ingress("a", "traefik", "a.example.com"), ingress("b", "internal", "a.example.com")}, nil},
		"two hosts":                 {[]string{ingress("a", "traefik", "a.example.com"), ingress("b", "traefik", "b.example.com")}, nil},
		"one backup": {[]string{store("a"), cluster("a", "pg", "a"), store("b"), cluster("b", "pg", "b")}, []string{
			"overlays/a/kustomization.yaml: error: renders Cluster a/pg and Cluster b/pg, which both back up to s3://backup in https://s3.example.com under pg; set bucket under backup to a bucket of its own in one of the specs",
		}},
		"one backup, one of them in the tree": {[]string{store("a"), cluster("a", "pg", "a"), inTree("other", "backup", "pg")}, []string{
			"overlays/a/kustomization.yaml: error: renders Cluster a/pg and Cluster b/other, which both back up to s3://backup in https://s3.example.com under pg; set bucket under backup to a bucket of its own in one of the specs",
		}},
		"one bucket, two folders": {[]string{store("a"), cluster("a", "pg", "a"), inTree("pg", "backup", "pg-2")}, nil},
		"NARs in a backup's bucket": {[]string{config("backup"), store("a"), cluster("a", "pg", "a"), inTree("pg", "backup", "pg-2")}, []string{
			"overlays/a/kustomization.yaml: error: renders ObjectStore a/a, which backs up to s3://backup in https://s3.example.com, where NARs are kept; set bucket under backup to a bucket of its own",
			"overlays/a/kustomization.yaml: error: renders Cluster b/pg, which backs up to s3://backup in https://s3.example.com, where NARs are kept; set bucket under backup to a bucket of its own",
		}},
		"NARs in a bucket that is recovered from": {[]string{config("backup"), store("a"), recovered("a", "pg", "a"), inTree("pg", "elsewhere", "")}, nil},
		"one backup, two names":                   {[]string{store("a"), cluster("a", "pg", "a"), cluster("a", "pg2", "a")}, nil},
		"a backup that is elsewhere":              {[]string{cluster("a", "pg", "a"), cluster("b", "pg", "b")}, nil},
		"fields of unexpected shapes":             {[]string{"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache}\nspec: {rules: {a: b}}\n", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: b, namespace: cache}\nspec: {rules: [a, {http: []}, {http: {paths: [1]}}]}\n", "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a, namespace: cache}\nspec: [a]\n", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: cache}\ndata: [a]\n"}, nil},
		"no namespace": {[]string{"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\n"}, []string{
			"overlays/a/kustomization.yaml: warning: renders ExternalSecret a without a namespace, and Flux and Argo CD each choose their own; write metadata.namespace",
		}},
		"images that move": {[]string{"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: cache}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'busybox:latest'}, {image: 'busybox:1.36.1'}]}}}}}\n"}, []string{
			`overlays/a/kustomization.yaml: warning: renders CronJob cache/a, whose image has the tag "latest", which can move to another image; pin it by digest (name@sha256:… with 64 hexadecimal digits), commit hash (name:12cbeca1…) or exact version (name:18.6)`,
		}},
		"pods that a namespace refuses": {[]string{
			"apiVersion: v1\nkind: Namespace\nmetadata: {name: cache, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.34}}\n",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: cache}\nspec: {template: {spec: {hostNetwork: true, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: 'a:1.2.3', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}\n",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: elsewhere}\nspec: {template: {spec: {hostNetwork: true, containers: [{name: a, image: 'a:1.2.3'}]}}}\n",
		}, []string{
			"overlays/a/kustomization.yaml: error: renders Deployment cache/a, whose pods namespace cache refuses, because it is restricted: host namespaces (hostNetwork=true); mend what asks for it, put it into another namespace, or set spec.namespace.podSecurity of the spec that makes this one",
		}},
		"annotations of pods that a namespace refuses": {[]string{
			"apiVersion: v1\nkind: Namespace\nmetadata: {name: cache, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.34}}\n",
			"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: cache}\nspec: {jobTemplate: {spec: {template: {metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}}, spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: 'a:1.2.3', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}}}\n",
			"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: cache, annotations: {container.apparmor.security.beta.kubernetes.io/a: runtime/default}}\nspec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: 'a:1.2.3', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}\n",
		}, []string{
			`overlays/a/kustomization.yaml: error: renders CronJob cache/a, whose pods namespace cache refuses, because it is restricted: forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined""); mend what asks for it, put it into another namespace, or set spec.namespace.podSecurity of the spec that makes this one`,
		}},
		"names that CloudNativePG gives": {[]string{
			cluster("a", "pg", "a"), inTree("pg", "backup", "pg"),
			"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: pg, namespace: a}\n",
			"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: pg-rw, namespace: a}\n",
			"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: pg, namespace: elsewhere}\n",
			"apiVersion: v1\nkind: Service\nmetadata: {name: pg-rw, namespace: b}\n",
			"apiVersion: v1\nkind: Service\nmetadata: {name: pg, namespace: b}\n",
		}, []string{
			"overlays/a/kustomization.yaml: error: renders PodDisruptionBudget a/pg, the name of an object that CloudNativePG makes for Cluster a/pg; give the service or the PostgresCluster another name",
			"overlays/a/kustomization.yaml: error: renders Service b/pg-rw, the name of an object that CloudNativePG makes for Cluster b/pg; give the service or the PostgresCluster another name",
		}},
		"a list that nobody can read": {[]string{revokedList("{}")}, []string{
			`overlays/a/kustomization.yaml: error: renders ConfigMap cache/attic-revoked-tokens, whose revoked.json cannot be read: in line 1, revoked is missing; write {"revoked": []} for an empty list`,
		}},
		"an escape in a name": {[]string{"apiVersion: atticgen.dev/v1\nkind: A\nmetadata: {name: \"\\e[2J\"}\n"}, []string{`overlays/a/kustomization.yaml: error: renders A \x1b[2J, whose name the API server does not take; write lower case letters, digits, hyphens and dots`, `overlays/a/kustomization.yaml: error: renders A \x1b[2J, a spec, as it is; name it under generators instead of resources`}},
	} {
		t.Run(name, func(t *testing.T) {
			var objects []manifest.Object
			for _, text := range c.objects {
				o, err := manifest.FromYAML([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				objects = append(objects, o)
			}
			if diff := cmp.Diff(c.want, lines(Check("overlays/a/kustomization.yaml", objects))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ingress(name, class, host string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " + name + ", namespace: cache}\n" +
		"spec: {ingressClassName: " + class + ", rules: [{host: '" + host + "', http: {paths: [{path: /}]}}]}\n"
}

func store(namespace string) string {
	return "apiVersion: barmancloud.cnpg.io/v1\nkind: ObjectStore\nmetadata: {name: " + namespace + ", namespace: " + namespace + "}\n" +
		"spec: {configuration: {destinationPath: 's3://backup/', endpointURL: 'https://s3.example.com'}}\n"
}

func cluster(namespace, name, store string) string {
	return "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: " + name + ", namespace: " + namespace + "}\n" +
		"spec: {plugins: [{parameters: {barmanObjectName: " + store + "}}]}\n"
}

// inTree is a cluster in namespace b that archives without the plugin.
func inTree(name, bucket, server string) string {
	return "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: " + name + ", namespace: b}\n" +
		"spec: {backup: {barmanObjectStore: {destinationPath: 's3://" + bucket + "/', endpointURL: 'https://s3.example.com:443', serverName: '" + server + "'}}}\n"
}

// recovered is a cluster that only reads from a store.
func recovered(namespace, name, store string) string {
	return "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: " + name + ", namespace: " + namespace + "}\n" +
		"spec: {externalClusters: [{name: origin, plugin: {parameters: {barmanObjectName: " + store + "}}}]}\n"
}

// config is Attic's, with the bucket of its NARs.
func config(bucket string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config, namespace: cache}\n" +
		"data: {server.toml: \"[storage]\\nbucket = '" + bucket + "'\\nendpoint = 'https://s3.example.com'\\n\"}\n"
}

func lines(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.String())
	}
	return out
}

func TestStateful(t *testing.T) {
	tests := map[manifest.ID]bool{
		{Group: "postgresql.cnpg.io", Kind: "Cluster"}:                               true,
		{Group: "postgresql.cnpg.io", Kind: "Pooler"}:                                false,
		{Group: "barmancloud.cnpg.io", Kind: "ObjectStore", Name: "attic-pg-backup"}: true,
		{Kind: "Namespace"}:                     true,
		{Kind: "PersistentVolumeClaim"}:         true,
		{Kind: "ConfigMap"}:                     false,
		{Group: "example.com", Kind: "Cluster"}: false,
		// It is made so that the bucket outlives it.
		{Group: "s3.aws.m.upbound.io", Kind: "Bucket"}:                                              false,
		{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition", Name: "clusters.cnpg.io"}: true,
	}
	for id, want := range tests {
		if got := Stateful(id); got != want {
			t.Errorf("%s of group %q: got %v", id, id.Group, got)
		}
	}
}
