package tokenset_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// set is a TokenSet with nothing wrong around its tokens.
func set(spec v1alpha1.TokenSetSpec) v1alpha1.TokenSet {
	return v1alpha1.TokenSet{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindTokenSet,
		Metadata:   v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"},
		Spec:       v1alpha1.TokenSetKindSpec{TokenSetSpec: spec},
	}
}

// one is a set with one token, for the cache main unless it says otherwise.
func one(token v1alpha1.Token) v1alpha1.TokenSet {
	if token.Caches == nil {
		token.Caches = map[string]v1alpha1.TokenCache{"main": {}}
	}
	return set(v1alpha1.TokenSetSpec{Tokens: map[string]v1alpha1.Token{"t": token}})
}

// planText is the plan that a set renders, as text.
func planText(t *testing.T, s v1alpha1.TokenSet) string {
	t.Helper()
	objects, problems := tokenset.Generate(s)
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	config, ok := objects[0].(*corev1.ConfigMap)
	if len(objects) != 1 || !ok || config.Name != "attic-tokens" || config.Namespace != "nix-cache" {
		t.Fatalf("got %+v, want the ConfigMap attic-tokens", objects)
	}
	return config.Data[tokenset.PlanFile]
}

func plan(t *testing.T, s v1alpha1.TokenSet) tokenset.Plan {
	t.Helper()
	var p tokenset.Plan
	if err := json.Unmarshal([]byte(planText(t, s)), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

const day = 24 * 60 * 60

// The numbers are those of the reference's tables of token types and of their
// rotation.
func TestTypesAreTheReferences(t *testing.T) {
	tests := map[string]struct {
		reference           string
		validity, lead      int64
		rotation            string
		claims, mostAllowed string
	}{
		"read-only":  {"Read-Only Tokens", 90, 14, "scheduled", `{"r":1}`, "pull"},
		"read-write": {"CI Tokens", 90, 14, "scheduled", `{"r":1,"w":1}`, "pull push"},
		"service":    {"Service Tokens", 365, 30, "scheduled", `{"r":1}`, "pull push createCache configureCache configureRetention"},
		"admin":      {"Root Token", 180, 30, "manual", `{"cc":1,"cd":1,"cq":1,"cr":1,"d":1,"r":1,"w":1}`, "pull push delete createCache configureCache configureRetention destroyCache"},
	}
	types := tokenset.Types()
	if len(types) != len(tests) {
		t.Errorf("there are %d types, want %d", len(types), len(tests))
	}
	for _, of := range types {
		want := tests[of.Name]
		got := plan(t, one(v1alpha1.Token{Type: of.Name})).Tokens["t"]
		claims, err := json.Marshal(got.Claims.Caches["main"])
		if err != nil {
			t.Fatal(err)
		}
		if of.Reference != want.reference || got.ValiditySeconds != want.validity*day || got.RotateBeforeSeconds != want.lead*day ||
			got.Rotation != want.rotation || string(claims) != want.claims {
			t.Errorf("%s: got %+v with claims %s of %q, want %+v", of.Name, got, claims, of.Reference, want)
		}
		for _, permission := range tokenset.Permissions() {
			_, problems := tokenset.Generate(one(v1alpha1.Token{
				Type: of.Name, Caches: map[string]v1alpha1.TokenCache{"main": {Permissions: []string{permission}}},
			}))
			if allowed := strings.Contains(" "+want.mostAllowed+" ", " "+permission+" "); allowed == validate.HasErrors(problems) {
				t.Errorf("%s: %s is allowed: %v, want %v", of.Name, permission, !allowed, allowed)
			}
		}
	}
}

func TestRootTokenIsOneOfTypeAdmin(t *testing.T) {
	root := plan(t, set(v1alpha1.TokenSetSpec{RootToken: &v1alpha1.RootToken{}})).Tokens[tokenset.RootName]
	admin := plan(t, one(v1alpha1.Token{Type: tokenset.Admin, Caches: map[string]v1alpha1.TokenCache{"*": {}}})).Tokens["t"]
	admin.Description = root.Description
	if diff := cmp.Diff(admin, root); diff != "" {
		t.Errorf("the root token is another one than an admin's for every cache (-admin +root):\n%s", diff)
	}
	if root.Secret != "attic-root-tokens" {
		t.Errorf("the root token is among others in %s", root.Secret)
	}
}

func TestDefaultTimesFitTogether(t *testing.T) {
	tests := map[string]struct {
		most           v1alpha1.Duration
		token          v1alpha1.Token
		validity, lead int64
	}{
		"type alone":                     {"", v1alpha1.Token{}, 90 * day, 14 * day},
		"short validity":                 {"", v1alpha1.Token{Validity: "10d"}, 10 * day, 5 * day},
		"validity of twice the lead":     {"", v1alpha1.Token{Validity: "28d"}, 28 * day, 14 * day},
		"uneven validity":                {"", v1alpha1.Token{Validity: "3d 1h"}, 3*day + 3600, (3*day + 3600) / 2},
		"lead alone":                     {"", v1alpha1.Token{RotateBefore: "60d"}, 90 * day, 60 * day},
		"least of all":                   {"", v1alpha1.Token{Type: tokenset.Service, Validity: "1d"}, day, day / 2},
		"bounded":                        {"30d", v1alpha1.Token{Type: tokenset.Service}, 30 * day, 15 * day},
		"bounded far above":              {"365d", v1alpha1.Token{}, 90 * day, 14 * day},
		"bounded, with a validity below": {"30d", v1alpha1.Token{Validity: "20d"}, 20 * day, 10 * day},
	}
	for name, tt := range tests {
		s := one(tt.token)
		s.Spec.MaxValidity = tt.most
		got := plan(t, s).Tokens["t"]
		if got.ValiditySeconds != tt.validity || got.RotateBeforeSeconds != tt.lead {
			t.Errorf("%s: got %d and %d, want %d and %d", name, got.ValiditySeconds, got.RotateBeforeSeconds, tt.validity, tt.lead)
		}
	}
}

// The largest plan that passes must fit into a ConfigMap, and the largest token
// into a header.
func TestBoundsHold(t *testing.T) {
	const mostTokens, mostCaches, mebibyte = 200, 16, 1 << 20
	caches := map[string]v1alpha1.TokenCache{}
	for i := range mostCaches {
		caches[fmt.Sprintf("%s%02d", strings.Repeat("c", 48), i)] = v1alpha1.TokenCache{}
	}
	tokens := map[string]v1alpha1.Token{}
	for i := range mostTokens {
		tokens[fmt.Sprintf("%s%03d", strings.Repeat("t", 60), i)] = v1alpha1.Token{
			Type: tokenset.Admin, Caches: caches, Description: strings.Repeat("\U0001F600", 200),
		}
	}
	largest := set(v1alpha1.TokenSetSpec{Tokens: tokens})
	text := planText(t, largest)
	if len(text) >= mebibyte*15/16 {
		t.Errorf("a plan may have %d bytes, and a ConfigMap takes %d with its metadata", len(text), mebibyte)
	}
	claims, err := json.Marshal(plan(t, largest).Tokens[strings.Repeat("t", 60)+"000"].Claims)
	if err != nil {
		t.Fatal(err)
	}
	// In base64 twice, as a Basic password, within Traefik's and most servers' 8 KiB.
	if len(claims)*16/9 > 4096 {
		t.Errorf("the claims of a token may have %d bytes", len(claims))
	}

	tokens["one-more"] = v1alpha1.Token{Caches: caches}
	caches["one-more"] = v1alpha1.TokenCache{}
	_, problems := tokenset.Generate(largest)
	if paths := pathsOf(problems); !strings.Contains(paths, "spec.tokens ") || !strings.Contains(paths, "spec.tokens[one-more].caches ") {
		t.Errorf("more than that passes: %s", paths)
	}
}

func pathsOf(problems []validate.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Path + " ")
	}
	return b.String()
}

// What is written is refused or kept: no token is planned that Attic would read
// otherwise.
func TestPlannedPatternsAreAttics(t *testing.T) {
	for _, pattern := range []string{"main", "team-*", "*", "a+b_c", "**", "A"} {
		if _, ok := plan(t, one(v1alpha1.Token{Caches: map[string]v1alpha1.TokenCache{pattern: {}}})).Tokens["t"].Claims.Caches[pattern]; !ok || !cachename.IsPattern(pattern) {
			t.Errorf("%q is not in the plan", pattern)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	permissions := func(list ...string) v1alpha1.TokenSet {
		return one(v1alpha1.Token{Type: tokenset.Admin, Caches: map[string]v1alpha1.TokenCache{"main": {Permissions: list}}})
	}
	if diff := cmp.Diff(planText(t, permissions("pull", "delete")), planText(t, permissions("delete", "pull"))); diff != "" {
		t.Errorf("the order of permissions changes the plan:\n%s", diff)
	}
}

func TestDefaultModifiesNothing(t *testing.T) {
	spec := func() v1alpha1.TokenSet {
		s := one(v1alpha1.Token{})
		s.Spec.RootToken = &v1alpha1.RootToken{}
		return s
	}
	s := spec()
	tokenset.Default(s)
	if diff := cmp.Diff(spec(), s); diff != "" {
		t.Error(diff)
	}
}

// What needs no type, namespace or bound is reported once, without what follows
// from it.
func TestProblemsAreReportedOnce(t *testing.T) {
	tests := map[string]struct {
		spec v1alpha1.TokenSet
		want string
	}{
		"unknown type": {one(v1alpha1.Token{Type: "ci"}), "spec.tokens[t].type "},
		"unreadable bound": {
			set(v1alpha1.TokenSetSpec{MaxValidity: "long", Tokens: map[string]v1alpha1.Token{"t": {Type: tokenset.Service, Caches: map[string]v1alpha1.TokenCache{"main": {}}}}}),
			"spec.maxValidity ",
		},
		"unreadable validity": {one(v1alpha1.Token{Validity: "90"}), "spec.tokens[t].validity "},
		"long bound": {
			set(v1alpha1.TokenSetSpec{MaxValidity: "20y", Tokens: map[string]v1alpha1.Token{"t": {Caches: map[string]v1alpha1.TokenCache{"main": {}}}}}),
			"spec.maxValidity ",
		},
		"no tokens": {set(v1alpha1.TokenSetSpec{}), "spec.tokens "},
		"admin for a pattern": {
			one(v1alpha1.Token{Type: tokenset.Admin, Caches: map[string]v1alpha1.TokenCache{"team-*": {}}}), "spec.tokens[t].caches[team-*] ",
		},
		"description": {one(v1alpha1.Token{Description: "a\x1b[2Jb"}), "spec.tokens[t].description "},
	}
	for name, tt := range tests {
		_, problems := tokenset.Generate(tt.spec)
		if got := pathsOf(problems); got != tt.want {
			t.Errorf("%s: got %q, want %q: %v", name, got, tt.want, validate.Errors(problems))
		}
	}
}
