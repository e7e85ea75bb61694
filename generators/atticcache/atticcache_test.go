package atticcache

import (
	"maps"
	"slices"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
)

// TestQuickReference holds the reference's table of names.
func TestQuickReference(t *testing.T) {
	objects := generate(t, nil)
	var got []string
	for _, o := range objects {
		switch kind := o.GetObjectKind().GroupVersionKind().Kind; kind {
		case "Namespace", "Deployment", "Cluster", "Service", "Ingress", "HorizontalPodAutoscaler":
			got = append(got, kind+" "+o.GetNamespace()+"/"+o.GetName())
		}
	}
	slices.Sort(got)
	want := []string{
		"Cluster nix-cache/attic-pg",
		"Deployment nix-cache/attic",
		"Deployment nix-cache/attic-gc",
		"HorizontalPodAutoscaler nix-cache/attic",
		"Ingress nix-cache/attic",
		"Namespace /nix-cache",
		"Service nix-cache/attic",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEveryObject holds what all objects share.
func TestEveryObject(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		all(s)
		s.Labels = map[string]string{"team": "platform"}
		s.Annotations = map[string]string{"example.com/owner": "platform"}
	})
	ids := map[string]bool{}
	for _, o := range objects {
		kind := o.GetObjectKind().GroupVersionKind()
		id := kind.String() + " " + o.GetName()
		if ids[id] {
			t.Errorf("%s stands twice", id)
		}
		ids[id] = true
		if kind.Kind == "" || kind.Version == "" {
			t.Errorf("%s has no apiVersion or kind", id)
		}
		if o.GetNamespace() != "nix-cache" && kind.Kind != "Namespace" {
			t.Errorf("%s is in namespace %q", id, o.GetNamespace())
		}
		for _, key := range []string{"name", "instance", "component", "part-of", "managed-by"} {
			if o.GetLabels()["app.kubernetes.io/"+key] == "" {
				t.Errorf("%s has no label %s", id, key)
			}
		}
		if o.GetLabels()["team"] != "platform" || o.GetAnnotations()["example.com/owner"] != "platform" {
			t.Errorf("%s lacks the label or annotation for everything", id)
		}
	}
}

// TestSelectorsAreStable: a Deployment's selector cannot be changed, so nothing
// that a user may change may be part of it.
func TestSelectorsAreStable(t *testing.T) {
	before := generate(t, nil)
	after := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Image = "heywoodlh/attic:0123456789abcdef0123456789abcdef01234567"
		s.Labels = map[string]string{"team": "platform"}
		s.GC = &v1alpha1.GarbageCollector{Retention: "30d"}
	})
	for _, name := range []string{"attic", "attic-gc"} {
		old, young := find[*appsv1.Deployment](t, before, name), find[*appsv1.Deployment](t, after, name)
		if diff := cmp.Diff(old.Spec.Selector, young.Spec.Selector); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for key, value := range young.Spec.Selector.MatchLabels {
			if young.Spec.Template.Labels[key] != value {
				t.Errorf("%s does not select its own pods", name)
			}
		}
	}
}

func TestServiceLeadsToTheAPI(t *testing.T) {
	objects := generate(t, nil)
	service := find[*corev1.Service](t, objects, "attic")
	pod := pods(objects)["attic"]
	for key, value := range service.Spec.Selector {
		if pod.Labels[key] != value {
			t.Errorf("the Service selects %s=%s, the pods have %s", key, value, pod.Labels[key])
		}
	}
	if port := pod.Spec.Containers[0].Ports[0]; service.Spec.Ports[0].TargetPort.StrVal != port.Name || port.ContainerPort != 8080 {
		t.Errorf("the Service leads to %v, the container listens on %v", service.Spec.Ports[0].TargetPort, port)
	}
	if gc := pods(objects)["attic-gc"]; gc.Labels["app.kubernetes.io/name"] == service.Spec.Selector["app.kubernetes.io/name"] {
		t.Error("the Service selects the garbage collector")
	}
}

// TestConfigurationRolls: a change of configuration changes its name in every
// pod that reads it, and a change of anything else does not.
func TestConfigurationRolls(t *testing.T) {
	name := func(change func(*v1alpha1.AtticCacheSpec)) string {
		names := map[string]bool{}
		for _, template := range pods(generate(t, change)) {
			for _, v := range template.Spec.Volumes {
				if v.ConfigMap != nil {
					names[v.ConfigMap.Name] = true
				}
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(names)), " ")
	}
	plain := name(nil)
	if parts := strings.Fields(plain); len(parts) != 2 || !strings.HasPrefix(parts[0], "attic-config-") || !strings.HasPrefix(parts[1], "attic-migrate-config-") {
		t.Error(plain)
	}
	if plain == name(func(s *v1alpha1.AtticCacheSpec) { s.Storage.Region = "eu-central-1" }) {
		t.Error("another region rolls no pod")
	}
	if plain != name(func(s *v1alpha1.AtticCacheSpec) {
		s.API = &v1alpha1.API{Scaling: v1alpha1.Scaling{MaxReplicas: new(int32(7))}}
	}) {
		t.Error("another number of replicas rolls every pod")
	}
}

func TestServerTOML(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Ingress = &v1alpha1.Ingress{Routing: v1alpha1.Routing{ExtraHosts: []string{"cache.example.org"}}}
	})
	var data string
	for _, o := range objects {
		if c, ok := o.(*corev1.ConfigMap); ok {
			data = c.Data["server.toml"]
		}
	}
	var got map[string]any
	if err := toml.Unmarshal([]byte(data), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"listen":        "[::]:8080",
		"allowed-hosts": []any{"nix-cache.example.com", "cache.example.org"},
		"api-endpoint":  "https://nix-cache.example.com/",
		"database":      map[string]any{"heartbeat": false},
		"storage": map[string]any{
			"type": "s3", "region": "us-east-1", "bucket": "nix-cache", "endpoint": "https://s3.example.com",
		},
		"chunking": map[string]any{
			"nar-size-threshold": int64(65536), "min-size": int64(16384), "avg-size": int64(65536), "max-size": int64(262144),
		},
		"compression":        map[string]any{"type": "zstd"},
		"garbage-collection": map[string]any{"interval": "12h", "default-retention-period": "3 months"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMigration(t *testing.T) {
	before := findJob(t, generate(t, nil), "attic-migrate")
	same := findJob(t, generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Ingress = &v1alpha1.Ingress{Routing: v1alpha1.Routing{TLSSecret: "other"}}
	}), "attic-migrate")
	if same.Name != before.Name {
		t.Error("a change elsewhere runs the migration again")
	}
	after := findJob(t, generate(t, func(s *v1alpha1.AtticCacheSpec) { s.Image = "heywoodlh/attic:0123456789abcdef" }), "attic-migrate")
	if after.Name == before.Name {
		t.Error("a new image keeps the Job's name, and its template is immutable")
	}
	if before.Spec.TTLSecondsAfterFinished != nil {
		t.Error("a finished Job vanishes, and every reconciliation runs it again")
	}
	if before.Annotations[meta.AnnotationSyncWave] != "1" || before.Annotations[meta.AnnotationFluxForce] != "enabled" {
		t.Errorf("%v", before.Annotations)
	}
	if got := env(before.Spec.Template, "ATTIC_SERVER_DATABASE_URL"); !strings.Contains(got, "statement_timeout%3D0") {
		t.Errorf("a long migration is cut off: %s", got)
	}
}

func env(pod corev1.PodTemplateSpec, name string) string {
	for _, e := range pod.Spec.Containers[0].Env {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// TestOlderPodsKeepTheirConfiguration: a controller prunes a stage when it has
// applied it. The configuration of what serves must go with what serves, not
// with the migration before it, which may fail.
func TestOlderPodsKeepTheirConfiguration(t *testing.T) {
	for _, o := range generate(t, nil) {
		if c, ok := o.(*corev1.ConfigMap); ok {
			serving := strings.HasPrefix(c.Name, "attic-config-")
			if (c.Annotations[meta.AnnotationSyncWave] == "2") != serving {
				t.Errorf("%s is in wave %q", c.Name, c.Annotations[meta.AnnotationSyncWave])
			}
		}
	}
}

// TestDatabaseURL checks who connects where, with the server's certificate and
// name verified, and that Kubernetes can put in the variables: they must come
// before.
func TestDatabaseURL(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.AtticCacheSpec)
		want   map[string]string
	}{
		"direct": {nil, map[string]string{
			"attic":    "$(DATABASE_URI)?sslmode=verify-full&sslrootcert=/etc/attic-postgres-ca/ca.crt",
			"attic-gc": "$(DATABASE_URI)?sslmode=verify-full&sslrootcert=/etc/attic-postgres-ca/ca.crt&options=-c%20statement_timeout%3D0",
		}},
		"pooled": {all, map[string]string{
			"attic":    "postgresql://$(DATABASE_USER):$(DATABASE_PASSWORD)@attic-pg-pooler-rw.nix-cache.svc:5432/attic?sslmode=verify-full&sslrootcert=/etc/attic-postgres-ca/ca.crt",
			"attic-gc": "$(DATABASE_URI)?sslmode=verify-full&sslrootcert=/etc/attic-postgres-ca/ca.crt&options=-c%20statement_timeout%3D0",
		}},
	} {
		templates := pods(generate(t, tt.change))
		for workload, want := range tt.want {
			if got := env(templates[workload], "ATTIC_SERVER_DATABASE_URL"); got != want {
				t.Errorf("%s: %s: %s", name, workload, got)
			}
			defined := map[string]bool{}
			for _, e := range templates[workload].Spec.Containers[0].Env {
				for _, reference := range strings.Split(e.Value, "$(")[1:] {
					if variable, _, _ := strings.Cut(reference, ")"); !defined[variable] {
						t.Errorf("%s: %s: %s is used before it is defined", name, workload, variable)
					}
				}
				defined[e.Name] = true
			}
		}
	}
}

// TestPoolerIsInTheCertificate: with verify-full, a name that the certificate
// lacks is refused.
func TestPoolerIsInTheCertificate(t *testing.T) {
	cluster := find[*cnpgv1.Cluster](t, generate(t, all), "attic-pg")
	if !slices.Contains(cluster.Spec.Certificates.ServerAltDNSNames, "attic-pg-pooler-rw.nix-cache.svc") {
		t.Errorf("%v", cluster.Spec.Certificates)
	}
}

func TestGarbageCollector(t *testing.T) {
	deployment := find[*appsv1.Deployment](t, generate(t, nil), "attic-gc")
	if *deployment.Spec.Replicas != 1 || deployment.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		t.Errorf("two collectors may run at once: %+v", deployment.Spec)
	}
	if args := deployment.Spec.Template.Spec.Containers[0].Args; args[3] != "garbage-collector" {
		t.Errorf("%v", args)
	}
	cron := find[*batchv1.CronJob](t, generate(t, cronJob), "attic-gc")
	if cron.Spec.ConcurrencyPolicy != batchv1.ForbidConcurrent || *cron.Spec.TimeZone != "Etc/UTC" || cron.Spec.Schedule != "0 */12 * * *" {
		t.Errorf("%+v", cron.Spec)
	}
	if args := cron.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args; args[3] != "garbage-collector-once" {
		t.Errorf("%v", args)
	}
}

// TestRoutes checks that every operation has a router of its own, encrypted and
// limited, and that the public promise of /nix-cache-info is kept.
func TestRoutes(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		all(s)
		s.Ingress = &v1alpha1.Ingress{Routing: v1alpha1.Routing{ExtraHosts: []string{"cache.example.org"}}, AllowedCIDRs: []string{"192.0.2.0/24"}}
	})
	priorities := map[int]string{}
	for _, name := range []string{"info", "narinfo", "nar", "upload", "api", "other"} {
		route := find[*traefik.IngressRoute](t, objects, "attic-"+name)
		if route.Spec.TLS.SecretName != "attic-tls" || route.Spec.EntryPoints[0] != "websecure" {
			t.Errorf("%s: %+v", name, route.Spec)
		}
		for _, r := range route.Spec.Routes {
			if other, taken := priorities[r.Priority]; taken && other != name || r.Priority <= len(r.Match) {
				t.Errorf("%s has priority %d, which is taken or loses against longer rules", name, r.Priority)
			}
			priorities[r.Priority] = name
			if !strings.HasPrefix(r.Match, "(Host(`nix-cache.example.com`) || Host(`cache.example.org`)) && ") {
				t.Errorf("%s: %s", name, r.Match)
			}
			var order []string
			for _, m := range r.Middlewares {
				order = append(order, m.Name)
			}
			if !slices.Equal(order[:3], []string{"attic-allowed-addresses", "attic-rate-limit", "attic-security-headers"}) {
				t.Errorf("%s: %v", name, order)
			}
		}
	}
	info := find[*traefik.Middleware](t, objects, "attic-cache-info")
	if info.Spec.ReplacePath.Path != "/main/nix-cache-info" {
		t.Errorf("%+v", info.Spec)
	}
	redirect := find[*traefik.IngressRoute](t, objects, "attic-https-redirect")
	if redirect.Spec.TLS != nil || redirect.Spec.EntryPoints[0] != "web" {
		t.Errorf("%+v", redirect.Spec)
	}
	ingress := find[*networkingv1.Ingress](t, objects, "attic")
	if want := "nix-cache-attic-allowed-addresses@kubernetescrd,nix-cache-attic-rate-limit@kubernetescrd,nix-cache-attic-security-headers@kubernetescrd,nix-cache-attic-authz@kubernetescrd"; ingress.Annotations["traefik.ingress.kubernetes.io/router.middlewares"] != want {
		t.Errorf("%v", ingress.Annotations)
	}
	if len(ingress.Spec.Rules) != 2 || !slices.Equal(ingress.Spec.TLS[0].Hosts, []string{"nix-cache.example.com", "cache.example.org"}) {
		t.Errorf("%+v", ingress.Spec)
	}
}

func TestCacheJob(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"}
		s.Caches = map[string]v1alpha1.Cache{
			"main": {Public: true, Retention: "90d"},
			"ci":   {Priority: new(int32(30)), UpstreamCacheKeyNames: []string{}},
		}
	})
	var list *corev1.ConfigMap
	for _, o := range objects {
		if c, ok := o.(*corev1.ConfigMap); ok && strings.HasPrefix(c.Name, "attic-caches-") {
			list = c
		}
	}
	want := `{
  "ci": {
    "public": false,
    "priority": 30,
    "upstreamCacheKeyNames": []
  },
  "main": {
    "public": true,
    "priority": 41,
    "upstreamCacheKeyNames": [
      "cache.nixos.org-1"
    ],
    "retentionSeconds": 7776000
  }
}
`
	if diff := cmp.Diff(want, list.Data["caches.json"]); diff != "" {
		t.Error(diff)
	}
	job := findJob(t, objects, "attic-caches")
	if job.Annotations[meta.AnnotationSyncWave] != "3" {
		t.Errorf("runs in wave %s, before the API serves", job.Annotations[meta.AnnotationSyncWave])
	}
}
