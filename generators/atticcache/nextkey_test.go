package atticcache

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
)

// Ids of keys.
const (
	presentID = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	nextID    = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
)

func withNext(s *v1alpha1.AtticCacheSpec) {
	s.SigningKey = &v1alpha1.SigningKey{KeyID: presentID, Next: &v1alpha1.NextSigningKey{KeyID: nextID}}
}

// token is one as far as telling keys apart goes, its rest being what is hardest
// to tell from a beginning: others' headers.
func token(keyID string) string {
	return tokenset.HeaderSegment(keyID) + "." + tokenset.HeaderSegment(nextID) + "." + tokenset.HeaderSegment(presentID)
}

func basic(scheme, user, password string) string {
	return scheme + " " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// similar are ids that differ from the next key's in one character.
func similar() []string {
	var ids []string
	for i := range nextID {
		other := byte('A')
		if nextID[i] == other {
			other = 'E'
		}
		ids = append(ids, nextID[:i]+string(other)+nextID[i+1:])
	}
	return ids
}

// TestRequestsAreToldApart tries every place that a token can have in base64, and
// tokens that differ in a single character.
func TestRequestsAreToldApart(t *testing.T) {
	matcher := regexp.MustCompile(namesKey(nextID))
	expect := func(want bool, header string) {
		t.Helper()
		if matcher.MatchString(header) != want {
			t.Errorf("%q: %v", header, !want)
		}
	}
	users := []string{strings.Repeat("n", longestUser), "é€", tokenset.HeaderSegment(nextID)}
	for length := range 21 {
		users = append(users, "attic-user.name_0123456789"[:length])
	}
	others := append(similar(), presentID)
	for _, scheme := range []string{"Bearer", "bearer", "BEARER", "bEARER"} {
		expect(true, scheme+" "+token(nextID))
		for _, other := range others {
			expect(false, scheme+" "+token(other))
		}
	}
	for _, scheme := range []string{"Basic", "basic", "BASIC", "baSIC"} {
		for _, user := range users {
			expect(true, basic(scheme, user, token(nextID)))
			for _, other := range others {
				expect(false, basic(scheme, user, token(other)))
			}
		}
	}
	// What Attic does not take for a token, and tokens without the id of a key, as
	// atticadm makes them.
	plain := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + ".e30.c2ln"
	for _, header := range []string{
		"", "Bearer", "Bearer ", "Basic ", "Bearer " + plain, basic("Basic", "", plain),
		"Bearer  " + token(nextID), "Token " + token(nextID), " Bearer " + token(nextID), token(nextID),
		"Bearer " + tokenset.HeaderSegment(nextID), "Bearer x" + token(nextID), "Bearer " + strings.ToLower(token(nextID)),
		"Bearer " + base64.StdEncoding.EncodeToString([]byte(":"+token(nextID))),
		basic("Basic", "user", "x"+token(nextID)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte(token(nextID))), // No colon.
		basic("Digest", "", token(nextID)),
	} {
		expect(false, header)
	}
}

func TestRoutesToTheNextKey(t *testing.T) {
	before, objects := generate(t, nil), generate(t, withNext)
	rule := " && HeaderRegexp(`Authorization`, `" + namesKey(nextID) + "`)"
	highest := 0
	for i := range operations {
		o := operations[len(operations)-1-i] // The lowest priority first.
		name := "attic-" + o.name
		old, now := find[*traefik.IngressRoute](t, before, name), find[*traefik.IngressRoute](t, objects, name)
		var rest []traefik.Route
		for _, r := range now.Spec.Routes {
			condition, isNext := strings.CutSuffix(r.Match, rule)
			if !isNext {
				rest = append(rest, r)
				continue
			}
			at := slices.IndexFunc(old.Spec.Routes, func(r traefik.Route) bool { return r.Match == condition })
			if at < 0 {
				t.Fatalf("%s: %s", name, r.Match)
			}
			if r.Priority <= old.Spec.Routes[at].Priority || r.Priority <= highest {
				t.Errorf("%s: priority %d", name, r.Priority)
			}
			if r.Services[0].Name != "attic-next" || !slices.Equal(r.Middlewares, old.Spec.Routes[at].Middlewares) {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if diff := cmp.Diff(old.Spec.Routes, rest); diff != "" || len(now.Spec.Routes) != 2*len(rest) {
			t.Errorf("%s: %d routes: %s", name, len(now.Spec.Routes), diff)
		}
		for _, r := range now.Spec.Routes {
			highest = max(highest, r.Priority)
		}
	}
	for _, name := range []string{"attic", "attic-next"} {
		service, pod := find[*corev1.Service](t, objects, name), pods(objects)[name]
		for _, other := range []string{"attic", "attic-next"} {
			selects := service.Spec.Selector["app.kubernetes.io/instance"] == pods(objects)[other].Labels["app.kubernetes.io/instance"]
			if selects != (name == other) || service.Spec.Selector["app.kubernetes.io/name"] != pod.Labels["app.kubernetes.io/name"] {
				t.Errorf("%s selects %s: %v", name, other, selects)
			}
		}
	}
}

// TestNextServerIsReachedAsTheAPIIs: nobody but Traefik and the cache Job, and only
// at its port.
func TestNextServerIsReachedAsTheAPIIs(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		all(s)
		withNext(s)
	})
	present, next := find[*networkingv1.NetworkPolicy](t, objects, "attic-api").Spec, find[*networkingv1.NetworkPolicy](t, objects, "attic-next").Spec
	if got := next.PodSelector.MatchLabels["app.kubernetes.io/instance"]; got != "attic-next" {
		t.Errorf("the policy is about %q", got)
	}
	if len(next.Ingress) == 0 {
		t.Error("nobody may come")
	}
	for _, rule := range next.Ingress {
		if len(rule.From) == 0 || len(rule.Ports) == 0 {
			t.Errorf("anybody may come, or to any port: %+v", rule)
		}
	}
	next.PodSelector = present.PodSelector
	if diff := cmp.Diff(present, next); diff != "" {
		t.Error(diff)
	}
}

// TestNextKeyDisturbsNobody: the servers that are there go on as they are when a
// next key comes or goes.
func TestNextKeyDisturbsNobody(t *testing.T) {
	present := func(s *v1alpha1.AtticCacheSpec) { s.SigningKey = &v1alpha1.SigningKey{KeyID: presentID} }
	before, now := pods(generate(t, present)), pods(generate(t, withNext))
	for name, template := range before {
		if diff := cmp.Diff(template, now[name]); diff != "" {
			t.Errorf("%s starts anew: %s", name, diff)
		}
	}
	old, ingress := find[*networkingv1.Ingress](t, generate(t, present), "attic"), find[*networkingv1.Ingress](t, generate(t, withNext), "attic")
	if diff := cmp.Diff(old, ingress); diff != "" {
		t.Error(diff)
	}
}

// TestNextKeyComesAndGoesAtOnce: what a controller applies, and prunes, before the
// routes are changed must not depend on whether there is a next key.
func TestNextKeyComesAndGoesAtOnce(t *testing.T) {
	present := func(s *v1alpha1.AtticCacheSpec) { s.SigningKey = &v1alpha1.SigningKey{KeyID: presentID} }
	early := func(objects []meta.Object) map[string]meta.Object {
		found := map[string]meta.Object{}
		for _, o := range objects {
			if wave := o.GetAnnotations()[meta.AnnotationSyncWave]; wave == "" || wave < "2" {
				found[o.GetObjectKind().GroupVersionKind().Kind+" "+o.GetName()] = o
			}
		}
		return found
	}
	before, now := early(generate(t, present)), early(generate(t, withNext))
	if diff := cmp.Diff(before, now); diff != "" || len(before) == 0 {
		t.Error(diff)
	}
}

// TestEachServerHasItsKey also holds that a key which takes over is nowhere with
// its private half.
func TestEachServerHasItsKey(t *testing.T) {
	keys := func(change func(*v1alpha1.AtticCacheSpec)) map[string]string {
		found := map[string]string{}
		for workload, template := range pods(generate(t, change)) {
			for _, e := range template.Spec.Containers[0].Env {
				if strings.Contains(e.Name, "_TOKEN_") {
					ref := e.ValueFrom.SecretKeyRef
					found[workload[:min(len(workload), 13)]] += fmt.Sprintf("%s=%s/%s", e.Name, ref.Name, ref.Key)
				}
			}
		}
		return found
	}
	const public = "ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64"
	for name, tt := range map[string]struct {
		key  v1alpha1.SigningKey
		want map[string]string
	}{
		"next": {
			v1alpha1.SigningKey{Next: &v1alpha1.NextSigningKey{KeyID: nextID}},
			map[string]string{
				"attic":         public + "=attic-secrets/" + public,
				"attic-gc":      public + "=attic-secrets/" + public,
				"attic-migrate": public + "=attic-secrets/" + public,
				"attic-next":    public + "=attic-secrets/" + public + "_NEXT",
			},
		},
		"private and elsewhere": {
			v1alpha1.SigningKey{
				SecretKeyRef: v1alpha1.SecretKeyRef{SecretName: "keys", Key: "public"},
				Private:      &v1alpha1.SecretKeyRef{},
				Next:         &v1alpha1.NextSigningKey{KeyID: nextID, SecretKeyRef: v1alpha1.SecretKeyRef{SecretName: "keys", Key: "next"}},
			},
			map[string]string{
				"attic":         "ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64=attic-signing-key/ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64",
				"attic-gc":      public + "=keys/public",
				"attic-migrate": public + "=keys/public",
				"attic-next":    public + "=keys/next",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, keys(func(s *v1alpha1.AtticCacheSpec) { s.SigningKey = &tt.key })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnotherKeyStartsTheAPIAnew: a pod reads its key when it starts. The
// collector checks no token, and a migration must not run again.
func TestAnotherKeyStartsTheAPIAnew(t *testing.T) {
	with := func(id string) []meta.Object {
		return generate(t, func(s *v1alpha1.AtticCacheSpec) { s.SigningKey = &v1alpha1.SigningKey{KeyID: id} })
	}
	before, after := pods(with(presentID)), pods(with(nextID))
	for name, template := range before {
		changed := !cmp.Equal(template, after[name])
		if changed != (name == "attic") {
			t.Errorf("%s starts anew: %v", name, changed)
		}
	}
	if got := pods(generate(t, withNext))["attic-next"].Annotations["atticgen.dev/signing-key"]; got != nextID {
		t.Errorf("the next server says %q", got)
	}
	if got := pods(generate(t, withNext))["attic-next"].Annotations[AnnotationSharesLoad]; got != "attic" {
		t.Errorf("the next server shares the load of %q", got)
	}
	if got := pods(generate(t, nil))["attic"].Annotations; len(got) > 0 {
		t.Errorf("without an id there are %v", got)
	}
}

// TestNextServerScales: all requests may come to it, but it begins small, and no
// budget of the API's may then hold up a drain.
func TestNextServerScales(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		withNext(s)
		s.API = &v1alpha1.API{Scaling: v1alpha1.Scaling{
			MinReplicas: new(int32(4)), MaxReplicas: new(int32(8)),
			PodDisruptionBudget: &v1alpha1.PodDisruptionBudget{MinAvailable: "3"},
		}}
		s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
	})
	hpa := find[*autoscalingv2.HorizontalPodAutoscaler](t, objects, "attic-next")
	if *hpa.Spec.MinReplicas != 2 || hpa.Spec.MaxReplicas != 8 || hpa.Spec.ScaleTargetRef.Name != "attic-next" {
		t.Errorf("%+v", hpa.Spec)
	}
	budget := find[*policyv1.PodDisruptionBudget](t, objects, "attic-next")
	if budget.Spec.MinAvailable != nil || budget.Spec.MaxUnavailable.IntValue() != 1 {
		t.Errorf("%+v", budget.Spec)
	}
	present := find[*autoscalingv2.HorizontalPodAutoscaler](t, objects, "attic")
	if *present.Spec.MinReplicas != 4 || find[*policyv1.PodDisruptionBudget](t, objects, "attic").Spec.MinAvailable.IntValue() != 3 {
		t.Errorf("%+v", present.Spec)
	}
	first, second := find[*appsv1.Deployment](t, objects, "attic"), find[*appsv1.Deployment](t, objects, "attic-next")
	if a, b := first.Spec.Template.Spec.Containers[0], second.Spec.Template.Spec.Containers[0]; a.Image != b.Image || !slices.Equal(a.Args, b.Args) ||
		!cmp.Equal(first.Spec.Template.Spec.Volumes, second.Spec.Template.Spec.Volumes) {
		t.Error("the two differ in more than the key")
	}
}

func TestCacheJobTellsServersApart(t *testing.T) {
	job := findJob(t, generate(t, func(s *v1alpha1.AtticCacheSpec) {
		all(s)
		withNext(s)
	}), "attic-caches")
	want := []string{
		"caches", "apply", "--server", "http://attic.nix-cache.svc:80",
		"--next-server", "http://attic-next.nix-cache.svc:80", "--next-key=" + nextID,
		"--host", "nix-cache.example.com", "--token-file", "/etc/attic-token/token", "/etc/attic-caches/caches.json",
	}
	if diff := cmp.Diff(want, job.Spec.Template.Spec.Containers[0].Args); diff != "" {
		t.Error(diff)
	}
}
