package atticcache

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

const authzImage = "registry.example.com/atticgen:v1.2.3"

// enforced is a set of tokens of which those that are revoked are refused.
func enforced() *v1alpha1.TokenSetSpec {
	return &v1alpha1.TokenSetSpec{
		Revocation: tokenset.Enforce,
		Authz:      &v1alpha1.Authz{Image: authzImage},
		Tokens:     map[string]v1alpha1.Token{"ci": {Caches: map[string]v1alpha1.TokenCache{"main": {}}}},
	}
}

func enforce(s *v1alpha1.AtticCacheSpec) { s.Tokens = enforced() }

// kinds are the objects of one name, each by its kind.
func kinds(objects []meta.Object, name string) []string {
	var all []string
	for _, o := range objects {
		if o.GetName() == name {
			all = append(all, o.GetObjectKind().GroupVersionKind().Kind)
		}
	}
	slices.Sort(all)
	return all
}

func TestAuthzIsWhereRevocationIsEnforced(t *testing.T) {
	all := []string{"Deployment", "Middleware", "NetworkPolicy", "PodDisruptionBudget", "PodMonitor", "Service", "ServiceAccount"}
	without := func(gone string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(kind string) bool { return kind == gone })
	}
	tests := map[string]struct {
		change func(*v1alpha1.TokenSetSpec)
		want   []string
	}{
		"enforced":           {func(*v1alpha1.TokenSetSpec) {}, all},
		"one replica":        {func(s *v1alpha1.TokenSetSpec) { s.Authz.Replicas = new(int32(1)) }, without("PodDisruptionBudget")},
		"without PodMonitor": {func(s *v1alpha1.TokenSetSpec) { s.Authz.PodMonitor = new(false) }, without("PodMonitor")},
		"not asked yet":      {func(s *v1alpha1.TokenSetSpec) { s.Revocation = tokenset.Record }, without("Middleware")},
		"recorded":           {func(s *v1alpha1.TokenSetSpec) { s.Revocation, s.Authz = tokenset.Record, nil }, nil},
		"not said":           {func(s *v1alpha1.TokenSetSpec) { s.Revocation, s.Authz = "", nil }, nil},
	}
	for name, tt := range tests {
		got := kinds(generate(t, func(s *v1alpha1.AtticCacheSpec) {
			s.Tokens = enforced()
			tt.change(s.Tokens)
		}), "attic-authz")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Nothing that is rendered without it may tell that it exists.
func TestRecordingChangesNothing(t *testing.T) {
	tokens := func(revocation string) []meta.Object {
		return generate(t, func(s *v1alpha1.AtticCacheSpec) {
			s.Tokens = enforced()
			s.Tokens.Revocation, s.Tokens.Authz = revocation, nil
		})
	}
	if diff := cmp.Diff(tokens(""), tokens(tokenset.Record)); diff != "" {
		t.Error(diff)
	}
}

// Every way to Attic asks, after what is cheaper and within what answers carry;
// ways to elsewhere do not.
func TestEveryRouteToAtticAsks(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		withNext(s)
		s.Tokens = enforced()
		s.Ingress = &v1alpha1.Ingress{AllowedCIDRs: []string{"10.0.0.0/8"}, Routing: v1alpha1.Routing{ExtraHosts: []string{"nix.example.com"}}}
	})
	want := []string{"attic-allowed-addresses", "attic-rate-limit", "attic-security-headers", "attic-authz"}
	routes := map[string]int{}
	for _, o := range objects {
		switch o := o.(type) {
		case *traefik.IngressRoute:
			for _, route := range o.Spec.Routes {
				var names []string
				for _, m := range route.Middlewares {
					names = append(names, m.Name)
				}
				if route.Services[0].Kind == "TraefikService" {
					if slices.Contains(names, "attic-authz") {
						t.Errorf("%s asks before it redirects", o.Name)
					}
					continue
				}
				routes[route.Services[0].Name]++
				if !strings.Contains(route.Match, "Host(`nix.example.com`)") {
					t.Errorf("%s: %s is not for every host", o.Name, route.Match)
				}
				if len(names) < len(want) || !slices.Equal(names[:len(want)], want) {
					t.Errorf("%s: %s goes through %v", o.Name, route.Match, names)
				}
			}
		case *networkingv1.Ingress:
			routes["Ingress"]++
			got := o.Annotations["traefik.ingress.kubernetes.io/router.middlewares"]
			if !strings.HasSuffix(got, "nix-cache-attic-security-headers@kubernetescrd,nix-cache-attic-authz@kubernetescrd") {
				t.Errorf("the Ingress goes through %s", got)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"attic": 7, "attic-next": 7, "Ingress": 1}, routes); diff != "" {
		t.Errorf("routes by where they lead: %s", diff)
	}
}

// Nobody notices when the server comes before it is asked, or stays after.
func TestAuthzComesAndGoesUnnoticed(t *testing.T) {
	with := func(revocation string, authz bool) map[string]meta.Object {
		all := map[string]meta.Object{}
		for _, o := range generate(t, func(s *v1alpha1.AtticCacheSpec) {
			s.Tokens = enforced()
			s.Tokens.Revocation = revocation
			if !authz {
				s.Tokens.Authz = nil
			}
		}) {
			all[o.GetObjectKind().GroupVersionKind().Kind+" "+o.GetName()] = o
		}
		return all
	}
	plain, between, asked := with(tokenset.Record, false), with(tokenset.Record, true), with(tokenset.Enforce, true)
	for name, o := range between {
		at, early := o.GetAnnotations()[meta.AnnotationSyncWave], asked[name]
		if before, there := plain[name]; there && at == "2" && !cmp.Equal(before, o) {
			t.Errorf("%s changes as the server comes", name)
		}
		if at != "2" && !cmp.Equal(early, o) {
			t.Errorf("%s changes in an early stage as the server is asked", name)
		}
	}
	for name, o := range asked {
		if _, there := between[name]; !there && o.GetAnnotations()[meta.AnnotationSyncWave] != "2" {
			t.Errorf("%s comes in an early stage as the server is asked", name)
		}
	}
}

// What Traefik asks is what the Service answers.
func TestForwardAuthLeadsToTheServer(t *testing.T) {
	objects := generate(t, enforce)
	got := find[*traefik.Middleware](t, objects, "attic-authz").Spec
	want := traefik.MiddlewareSpec{ForwardAuth: &traefik.ForwardAuth{
		Address:             "http://attic-authz.nix-cache.svc:80/",
		AuthRequestHeaders:  []string{"Authorization"},
		MaxResponseBodySize: 4096,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	service := find[*corev1.Service](t, objects, "attic-authz").Spec
	if len(service.Ports) != 1 || service.Ports[0].Port != 80 || service.Ports[0].TargetPort.StrVal != "http" {
		t.Errorf("the Service has the ports %+v", service.Ports)
	}
	container := find[*appsv1.Deployment](t, objects, "attic-authz").Spec.Template.Spec.Containers[0]
	ports := map[string]int32{}
	for _, port := range container.Ports {
		ports[port.Name] = port.ContainerPort
	}
	if diff := cmp.Diff(map[string]int32{"http": 8081, "metrics": 9091}, ports); diff != "" {
		t.Error(diff)
	}
	for name, probe := range map[string]*corev1.Probe{"/livez": container.LivenessProbe, "/readyz": container.ReadinessProbe} {
		if probe.HTTPGet.Path != name || probe.HTTPGet.Port.StrVal != "metrics" {
			t.Errorf("%s is asked at %+v", name, probe.HTTPGet)
		}
	}
}

// It serves before the routes ask it, and in the stage before theirs.
func TestAuthzServesBeforeTheRoutes(t *testing.T) {
	objects := generate(t, enforce)
	for _, kind := range []meta.Object{
		find[*appsv1.Deployment](t, objects, "attic-authz"),
		find[*corev1.Service](t, objects, "attic-authz"),
		find[*policyv1.PodDisruptionBudget](t, objects, "attic-authz"),
		find[*monitoringv1.PodMonitor](t, objects, "attic-authz"),
	} {
		if got := kind.GetAnnotations()[meta.AnnotationSyncWave]; got != "1" {
			t.Errorf("%T is in wave %q", kind, got)
		}
	}
	if got := find[*traefik.IngressRoute](t, objects, "attic-info").Annotations[meta.AnnotationSyncWave]; got != "2" {
		t.Errorf("routes are in wave %q", got)
	}
}

func TestAuthzIsToldWhatToCheck(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Tokens = enforced()
		s.Tokens.Issuer, s.Tokens.Audiences = "https://ci.example.com", []string{"nix-cache", "urn:a$(HOME)"}
		s.SigningKey = &v1alpha1.SigningKey{
			KeyID: strings.Repeat("A", 43),
			Next:  &v1alpha1.NextSigningKey{KeyID: strings.Repeat("B", 42) + "A"},
		}
	})
	template := find[*appsv1.Deployment](t, objects, "attic-authz").Spec.Template
	want := []string{
		"authz", "--listen", ":8081", "--admin", ":9091",
		"--revoked", "/etc/attic-revoked-tokens/revoked.json",
		"--public-key", "/etc/attic-signing-key/public-key",
		"--public-key", "/etc/attic-signing-key-next/public-key",
		"--issuer=https://ci.example.com", "--audience=nix-cache", "--audience=urn:a$$(HOME)",
	}
	if diff := cmp.Diff(want, template.Spec.Containers[0].Args); diff != "" {
		t.Error(diff)
	}
	// What the arguments name is mounted, and nothing else of the Secrets.
	mounted := map[string]string{}
	for _, mount := range template.Spec.Containers[0].VolumeMounts {
		if mount.SubPath != "" {
			t.Errorf("%s is mounted by subPath: changes would not arrive", mount.MountPath)
		}
		at := slices.IndexFunc(template.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		switch volume := template.Spec.Volumes[at]; {
		case volume.Secret != nil:
			mounted[mount.MountPath+"/"+volume.Secret.Items[0].Path] = volume.Secret.SecretName + " " + volume.Secret.Items[0].Key
		case volume.ConfigMap != nil:
			mounted[mount.MountPath+"/"+volume.ConfigMap.Items[0].Path] = volume.ConfigMap.Name + " " + volume.ConfigMap.Items[0].Key
			if volume.ConfigMap.Optional != nil {
				t.Error("the list is optional: nothing would be revoked without it")
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		"/etc/attic-signing-key/public-key":      "attic-secrets ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64",
		"/etc/attic-signing-key-next/public-key": "attic-secrets ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64_NEXT",
		"/etc/attic-revoked-tokens/revoked.json": "attic-revoked-tokens revoked.json",
	}, mounted); diff != "" {
		t.Error(diff)
	}
}

func TestAuthzDefaults(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Tokens = enforced()
		s.Tokens.Authz = nil
		s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v4.5.6"}
	})
	deployment := find[*appsv1.Deployment](t, objects, "attic-authz")
	container := deployment.Spec.Template.Spec.Containers[0]
	if *deployment.Spec.Replicas != 2 || container.Image != "registry.example.com/atticgen:v4.5.6" {
		t.Errorf("%d replicas of %s", *deployment.Spec.Replicas, container.Image)
	}
	// 128Mi, less a fifth.
	if diff := cmp.Diff([]corev1.EnvVar{{Name: "GOMEMLIMIT", Value: "107374180"}}, container.Env); diff != "" {
		t.Error(diff)
	}
}

func TestOneAuthzReplicaIsWarnedAbout(t *testing.T) {
	_, problems := Generate(minimal(func(s *v1alpha1.AtticCacheSpec) {
		s.Tokens = enforced()
		s.Tokens.Authz.Replicas = new(int32(1))
	}))
	if validate.HasErrors(problems) || !slices.ContainsFunc(problems, func(p validate.Problem) bool { return p.Path == "spec.tokens.authz.replicas" }) {
		t.Errorf("got %v", problems)
	}
}

// An image that is no good is reported where it is written.
func TestImageOfTheCacheJobIsReportedOnce(t *testing.T) {
	_, problems := Generate(minimal(func(s *v1alpha1.AtticCacheSpec) {
		s.Tokens = enforced()
		s.Tokens.Authz = nil
		s.CacheJob = &v1alpha1.CacheJob{Image: "atticgen:latest"}
	}))
	var paths []string
	for _, p := range problems {
		if strings.HasSuffix(p.Path, "image") {
			paths = append(paths, p.Path)
		}
	}
	if diff := cmp.Diff([]string{"spec.cacheJob.image"}, paths); diff != "" {
		t.Error(diff)
	}
}
