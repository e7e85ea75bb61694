package verify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// Every value of another type, every field that does not exist, wherever it is.
func TestDecode(t *testing.T) {
	r := newRepo(t)
	r.list("deployment.yaml", `apiVersion: apps/v1
kind: Deployment
metadata:
  name: x
  namespace: nix-cache
  labels: {a: 1, b: true}
  annotations: [a]
spec:
  replicas: "2"
  minReadySeconds: 4294967296
  paused: yes please
  selectr: {}
  selector: {matchLabels: x}
  strategy: {rollingUpdate: {maxSurge: [1]}}
  template:
    spec:
      containers:
      - name: a
        imagee: b
        resources: {limits: {cpu: lots, memory: 1Gi}}
        ports: {containerPort: 80}
        env:
        - name: A
          value: 8080
        - {name: B, valueFrom: null}
        args: [--a, 1.5]
`)
	r.list("secret.yaml", `apiVersion: v1
kind: Secret
metadata: {name: x, namespace: nix-cache}
data: {a: "hunter2!", b: [hunter2], c: 5}
stringData: hunter2
`)
	r.list("cluster.yaml", `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: x, namespace: nix-cache}
spec:
  instances: three
  storage: {siz: 1Gi}
`)
	const deployment, secret = "[decode] cache/deployment.yaml:", "[decode] cache/secret.yaml:"
	want := []string{
		"[decode] cache/cluster.yaml:5:3: error: Cluster nix-cache/x spec.instances: wants a number, has text; write it without quotes",
		"[decode] cache/cluster.yaml:6:13: error: Cluster nix-cache/x spec.storage.siz: is not a field of StorageConfiguration; did you mean size?",
		deployment + "10:3: error: Deployment nix-cache/x spec.minReadySeconds: wants a whole number of 32 bits, has another number",
		deployment + `11:3: error: Deployment nix-cache/x spec.paused: wants true or false, has text; write it without quotes`,
		deployment + "12:3: error: Deployment nix-cache/x spec.selectr: is not a field of DeploymentSpec; did you mean selector?",
		deployment + `13:14: error: Deployment nix-cache/x spec.selector.matchLabels: wants a map, has text`,
		deployment + "14:30: error: Deployment nix-cache/x spec.strategy.rollingUpdate.maxSurge: is no IntOrString",
		deployment + "19:9: error: Deployment nix-cache/x spec.template.spec.containers[0].imagee: is not a field of Container; did you mean image?",
		deployment + `20:30: error: Deployment nix-cache/x spec.template.spec.containers[0].resources.limits.cpu: is no quantity; write a number, with a unit if there is one, as in 500m or 2Gi`,
		deployment + "21:9: error: Deployment nix-cache/x spec.template.spec.containers[0].ports: wants a list, has a map",
		deployment + "24:11: error: Deployment nix-cache/x spec.template.spec.containers[0].env[0].value: wants text, has a number; write it in quotes",
		deployment + "26:21: error: Deployment nix-cache/x spec.template.spec.containers[0].args[1]: wants text, has a number; write it in quotes",
		deployment + "6:12: error: Deployment nix-cache/x metadata.labels.a: wants text, has a number; write it in quotes",
		deployment + "6:18: error: Deployment nix-cache/x metadata.labels.b: wants text, has true or false; write it in quotes",
		deployment + "7:3: error: Deployment nix-cache/x metadata.annotations: wants a map, has a list",
		deployment + `9:3: error: Deployment nix-cache/x spec.replicas: wants a number, has text; write it without quotes`,
		secret + "4:23: error: Secret nix-cache/x data.b: wants text, has a list",
		secret + "4:37: error: Secret nix-cache/x data.c: wants text, has a number; write it in quotes",
		secret + "4:8: error: Secret nix-cache/x data.a: is not base64; write what `base64 --wrap=0` prints; plain text goes into stringData",
		secret + "5:1: error: Secret nix-cache/x stringData: wants a map, has text",
	}
	if diff := cmp.Diff(want, r.only(r.options(), ruleDecode)); diff != "" {
		t.Error(diff)
	}
}

// What is not decoded is said.
func TestNotDecoded(t *testing.T) {
	r := newRepo(t)
	r.list("a.yaml", "apiVersion: example.com/v1\nkind: A\nmetadata: {name: a, namespace: nix-cache}\nspec: 1\n")
	r.list("b.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: nix-cache}\ndata: {a: '"+sealedValue+"'}\n"+sealedBy)
	want := []string{
		"[unknown-kind] kustomization.yaml: info: was not decoded in full: SOPS has encrypted the values of 1 Secrets",
		"[unknown-kind] kustomization.yaml: info: was not decoded in full: no type is known for example.com/v1 A (1), traefik.io/v1alpha1 IngressRoute (7), traefik.io/v1alpha1 Middleware (4); give --schema-location to hold them to schemas",
	}
	if diff := cmp.Diff(want, r.only(r.options(), ruleDecode, ruleUnknownKind)); diff != "" {
		t.Error(diff)
	}
}

// Kinds without a type are none that there are types of, and those that are served
// are said not to have been decoded.
func TestUntyped(t *testing.T) {
	all, err := newTypes()
	if err != nil {
		t.Fatal(err)
	}
	for kind := range untyped() {
		if _, known := all.of(kind); known {
			t.Errorf("%s has a type", kind)
		}
	}
	r := newRepo(t)
	r.list("x.yaml", "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.example.com}\n")
	if got := r.only(r.options(), ruleUnknownKind); len(got) != 1 || !strings.Contains(got[0], "apiregistration.k8s.io/v1 APIService (1)") {
		t.Error(got)
	}
}

func TestLifecycle(t *testing.T) {
	for name, c := range map[string]struct {
		apiVersion, kind string
		minor            int
		want             string
	}{
		"served":            {"batch/v1", "CronJob", 37, ""},
		"not of Kubernetes": {"example.com/v1", "CronJob", 37, ""},
		"removed":           {"batch/v1beta1", "CronJob", 37, "[api-removed] 1:1: error: apiVersion: is no longer served: Kubernetes 1.25 removed batch/v1beta1 CronJob; write apiVersion: batch/v1"},
		"deprecated":        {"batch/v1beta1", "CronJob", 24, "[api-deprecated] 1:1: warning: apiVersion: is deprecated since Kubernetes 1.21, and no longer served from 1.25 on; write apiVersion: batch/v1"},
		"moved":             {"extensions/v1beta1", "Ingress", 37, "[api-removed] 1:1: error: apiVersion: is no longer served: Kubernetes 1.22 removed extensions/v1beta1 Ingress; write apiVersion: networking.k8s.io/v1"},
		"too new":           {"networking.k8s.io/v1", "ServiceCIDR", 32, "[api-too-new] 1:1: error: apiVersion: is not served yet: Kubernetes 1.32 has no networking.k8s.io/v1 ServiceCIDR, which came with 1.33; write apiVersion: networking.k8s.io/v1beta1"},
		"long gone":         {"autoscaling/v2beta2", "HorizontalPodAutoscaler", 37, "[api-removed] 1:1: error: apiVersion: is no longer served: Kubernetes 1.26 removed autoscaling/v2beta2 HorizontalPodAutoscaler; write apiVersion: autoscaling/v2"},
		"not gone yet":      {"autoscaling/v2beta2", "HorizontalPodAutoscaler", 25, "[api-deprecated] 1:1: warning: apiVersion: is deprecated since Kubernetes 1.23, and no longer served from 1.26 on; write apiVersion: autoscaling/v2"},
		"nor the other":     {"autoscaling/v2beta1", "HorizontalPodAutoscaler", 24, "[api-deprecated] 1:1: warning: apiVersion: is deprecated since Kubernetes 1.22, and no longer served from 1.25 on; write apiVersion: autoscaling/v2"},
		"without successor": {"policy/v1beta1", "PodSecurityPolicy", 25, "[api-removed] 1:1: error: apiVersion: is no longer served: Kubernetes 1.25 removed policy/v1beta1 PodSecurityPolicy"},
		"aggregation":       {"apiregistration.k8s.io/v1", "APIService", 37, ""},
		"its old version":   {"apiregistration.k8s.io/v1beta1", "APIService", 37, "[api-removed] 1:1: error: apiVersion: is no longer served: Kubernetes 1.22 removed apiregistration.k8s.io/v1beta1 APIService; write apiVersion: apiregistration.k8s.io/v1"},
		"only reported":     {"metrics.k8s.io/v1beta1", "NodeMetrics", 37, "[api-unknown] 2:1: error: kind: is not known: Kubernetes 1.37 has no metrics.k8s.io/v1beta1 NodeMetrics"},
		"of a version":      {"apps/v1beta9", "Deployment", 30, "[api-unknown] 1:1: error: apiVersion: is not known: Kubernetes 1.30 has no apps/v1beta9 Deployment; write apiVersion: apps/v1"},
		"misspelt":          {"apps/v1", "Deploymint", 37, "[api-unknown] 2:1: error: kind: is not known: Kubernetes 1.37 has no apps/v1 Deploymint; did you mean Deployment?"},
		"an internal one":   {"apps/__internal", "Deployment", 37, "[api-unknown] 1:1: error: apiVersion: is not known: Kubernetes 1.37 has no apps/__internal Deployment; write apiVersion: apps/v1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.list("x.yaml", "apiVersion: "+c.apiVersion+"\nkind: "+c.kind+"\nmetadata: {name: x, namespace: nix-cache}\n")
			o := r.options()
			o.Kubernetes = policy.KubernetesVersion{Major: 1, Minor: c.minor}
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			var got []string
			for _, line := range r.only(o, ruleRemoved, ruleDeprecated, ruleTooNew, ruleUnknownAPI) {
				got = append(got, without(line, "cache/x.yaml:", c.kind+" nix-cache/x "))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The rules of package policy point into files, too.
func TestPolicy(t *testing.T) {
	r := newRepo(t)
	r.list("x.yaml", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'busybox:latest'}]}}}}}\n")
	want := []string{
		`[image-pinned] cache/x.yaml:4:61: error: CronJob x spec.jobTemplate.spec.template.spec.containers[0].image: has the tag "latest", which can move to another image; pin it by digest (name@sha256:… with 64 hexadecimal digits), commit hash (name:12cbeca1…) or exact version (name:18.6)`,
		"[namespace-written] cache/x.yaml:3:1: warning: CronJob x metadata.namespace: is missing, and Flux and Argo CD each choose their own; write metadata.namespace",
	}
	if diff := cmp.Diff(want, r.only(r.options(), "image-pinned", "namespace-written")); diff != "" {
		t.Error(diff)
	}
}
