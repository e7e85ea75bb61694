package flux

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// testStrayFile: what lies in the folder and is not listed is not applied.
func (f *flux) testStrayFile(t *testing.T) {
	r := sample(t, "stray")
	r.write(t, "environments/staging/database/stray/configmap-stray.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stray, namespace: stray}\n")
	s := f.stages(t, "flux-stray", "staging")
	stray := object("v1", "ConfigMap", "stray", "stray")
	f.applied(t, s, r)
	if err := f.absent(t.Context(), stray); err != nil {
		t.Error(err)
	}
	// It is the list that keeps it out: without one, Flux makes its own.
	r.remove(t, "environments/staging/database/kustomization.yaml")
	f.awaitReady(t, s.database, s.publish(t, r.dir))
	f.get(t, stray)
}

// testBroken: an environment with something wrong is refused as a whole, by a
// message that names the object, and the one that runs stays.
func (f *flux) testBroken(t *testing.T) {
	const (
		namespace = "broken"
		cache     = "environments/staging/cache/"
	)
	good := sample(t, namespace)
	s := f.stages(t, "flux-broken", "staging")
	f.applied(t, s, good)
	middleware := object("traefik.io/v1alpha1", "Middleware", namespace, "attic-rate-limit")
	scaler := object("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "attic")
	before := f.get(t, scaler)

	for name, test := range map[string]struct {
		file, old, text string
		// want is what Flux says.
		want []string
	}{
		"wrong value": {
			file: cache + "broken/deployment-attic.yaml", old: "    type: RollingUpdate\n", text: "    type: Rolling\n",
			want: []string{"Deployment/broken/attic dry-run failed", "spec.strategy: Unsupported value:"},
		},
		"wrong value in a custom resource": {
			file: cache + "broken/ingressroute-attic-nar.yaml", old: "kind: Rule\n", text: "kind: Ruler\n",
			want: []string{"IngressRoute/broken/attic-nar dry-run failed", "spec.routes[0].kind: Unsupported value: \"Ruler\""},
		},
		"unknown field in a custom resource": {
			file: cache + "broken/ingressroute-attic-nar.yaml", old: "    priority: ", text: "    priorities: ",
			want: []string{"IngressRoute/broken/attic-nar dry-run failed", ".spec.routes[0].priorities: field not declared in schema"},
		},
		"unknown kind": {
			file: cache + "broken/ingressroute-attic-nar.yaml", old: "kind: IngressRoute\n", text: "kind: IngressRuote\n",
			want: []string{"IngressRuote/broken/attic-nar dry-run failed", "no matches for kind"},
		},
		"field that cannot change": {
			file: cache + "broken/deployment-attic-gc.yaml", old: "    matchLabels:\n", text: "    matchLabels:\n      app.kubernetes.io/part-of: attic\n",
			want: []string{"Deployment/broken/attic-gc dry-run failed", "spec.selector", "field is immutable"},
		},
		"not YAML": {
			file: cache + "broken/service-attic.yaml", old: "spec:\n", text: "spec: [\n",
			want: []string{"kustomize build failed", "service-attic.yaml"},
		},
		"missing file": {
			file: cache + "kustomization.yaml", old: "service-attic.yaml", text: "service-antic.yaml",
			want: []string{"kustomize build failed", "service-antic.yaml"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := repository{dir: t.TempDir()}
			r.copy(t, good.dir)
			r.replace(t, test.file, test.old, test.text)
			// What is right in the same environment waits as well: one object is changed, one removed.
			r.replace(t, cache+"broken/horizontalpodautoscaler-attic.yaml", "maxReplicas: 4", "maxReplicas: 5")
			r.replace(t, cache+"kustomization.yaml", "- broken/middleware-attic-rate-limit.yaml\n", "")
			says := f.awaitFailure(t, s.cache, s.publish(t, r.dir))
			for _, part := range test.want {
				if !strings.Contains(says, part) {
					t.Errorf("Flux does not say %q, but: %s", part, says)
				}
			}
			f.get(t, middleware)
			if got := f.get(t, scaler); got.GetGeneration() != before.GetGeneration() {
				most, _, _ := unstructured.NestedInt64(got.Object, "spec", "maxReplicas")
				t.Errorf("the autoscaler has been changed: maxReplicas %d", most)
			}
		})
	}
	// The environment as it was is accepted as before.
	f.applied(t, s, good)

	// Why this may not be left to Flux: of Kubernetes' own kinds it drops the fields
	// that it does not know, and is content.
	typo := repository{dir: t.TempDir()}
	typo.copy(t, good.dir)
	typo.replace(t, cache+"broken/deployment-attic.yaml", "    type: RollingUpdate\n", "    types: RollingUpdate\n")
	f.awaitReady(t, s.cache, s.publish(t, typo.dir))
	for _, o := range rendered.Build(t, typo.path(cache)) {
		if o.GetKind() != "Deployment" || o.GetName() != "attic" {
			continue
		}
		want := []string{"Deployment.spec.strategy.types is <nil> in the cluster, not RollingUpdate"}
		if diff := cmp.Diff(want, missing(o.GetKind(), o.Object, f.get(t, o).Object)); diff != "" {
			t.Errorf("what Flux dropped (-want +got):\n%s", diff)
		}
	}
}

// testUnhealthy: a stage that has been applied and does not work is not ready,
// and says what it waits for.
func (f *flux) testUnhealthy(t *testing.T) {
	const namespace = "unhealthy"
	s := f.stages(t, "flux-unhealthy", "staging")
	// The least that Flux waits is half a minute, whatever is said here.
	set(t, s.database, "30s", "spec", "timeout")
	f.applied(t, s, sample(t, namespace))

	postgres := object("postgresql.cnpg.io/v1", "Cluster", namespace, "attic-pg")
	f.setStatus(t, postgres, map[string]any{"conditions": ready("False", "ClusterIsNotReady")})
	f.reconcile(t, s.database)
	status, reason, message := condition(f.get(t, s.database), "Ready")
	if status != "False" || reason != "HealthCheckFailed" || !strings.Contains(message, "Cluster/unhealthy/attic-pg status: 'InProgress'") {
		t.Errorf("Flux says %s %s: %s", status, reason, message)
	}

	f.setStatus(t, postgres, map[string]any{"conditions": ready("True", "ClusterIsReady")})
	f.reconcile(t, s.database)
	if status, reason, message := condition(f.get(t, s.database), "Ready"); status != "True" {
		t.Errorf("Flux says %s %s: %s", status, reason, message)
	}
}

// testFailedJob: a migration that fails stops the rollout before the API, which
// goes on as it was; repaired, it goes on.
func (f *flux) testFailedJob(t *testing.T) {
	const namespace = "failed-job"
	r := sample(t, namespace)
	s := f.stages(t, "flux-failed-job", "staging")
	f.applied(t, s, r)
	scaler := object("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "attic")
	before := f.get(t, scaler)
	configs := f.list(t, object("v1", "ConfigMap", namespace, ""))

	// A Job that can run nowhere and may not take long.
	const fails = `patches:
  - target: {kind: Job, name: attic-migrate-.*}
    patch: |
      - {op: add, path: /spec/activeDeadlineSeconds, value: 1}
      - {op: add, path: /spec/template/spec/nodeSelector, value: {no: node}}
`
	r.add(t, fails)
	r.replace(t, overlaySpec, "maxReplicas: 4", "maxReplicas: 6")
	r.render(t)
	revision := s.publish(t, r.dir)
	says := f.awaitFailure(t, s.database, revision)
	failed := f.only(t, object("batch/v1", "Job", namespace, ""))
	if want := "Job/failed-job/" + failed.GetName() + " status: 'Failed'"; !strings.Contains(says, want) {
		t.Errorf("Flux does not say %q, but: %s", want, says)
	}
	f.awaitReason(t, s.cache, "DependencyNotReady")
	if got := f.get(t, scaler); got.GetGeneration() != before.GetGeneration() {
		t.Error("the migration failed, and the next stage has been applied")
	}
	if status, _, message := condition(f.get(t, object("apps/v1", "Deployment", namespace, "attic")), "Available"); status != "True" {
		t.Errorf("the API that served no longer does: %s", message)
	}
	for _, config := range configs {
		f.get(t, &config)
	}

	// As docs/gitops.md says: a failed Job is deleted, and made anew.
	r.replace(t, overlay, fails, "")
	r.render(t)
	f.delete(t, failed)
	cluster.Eventually(t, patience, func() error { return f.absent(t.Context(), failed) })
	f.applied(t, s, r)
}
