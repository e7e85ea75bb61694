package atticcache

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

func tokensFor(patterns ...string) *v1alpha1.TokenSetSpec {
	caches := map[string]v1alpha1.TokenCache{}
	for _, pattern := range patterns {
		caches[pattern] = v1alpha1.TokenCache{}
	}
	return &v1alpha1.TokenSetSpec{Tokens: map[string]v1alpha1.Token{"ci": {Type: tokenset.ReadWrite, Caches: caches}}}
}

// The plan of a cache is the one that a TokenSet of its name gives.
func TestTokensAreThoseOfATokenSet(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) { s.Tokens = tokensFor("main") })
	alone, _ := tokenset.Generate(v1alpha1.TokenSet{
		Metadata: v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"},
		Spec:     v1alpha1.TokenSetKindSpec{TokenSetSpec: *tokensFor("main")},
	})
	if diff := cmp.Diff(alone[0].(*corev1.ConfigMap), find[*corev1.ConfigMap](t, objects, "attic-tokens")); diff != "" {
		t.Error(diff)
	}
	for _, o := range generate(t, nil) {
		if o.GetName() == "attic-tokens" {
			t.Error("there is a plan that nobody asked for")
		}
	}
}

func TestTokensOfUnknownCaches(t *testing.T) {
	tests := map[string]struct {
		pattern, permission string
		none, warned        bool
	}{
		"a cache of the spec":         {pattern: "main"},
		"a pattern that fits":         {pattern: "team-*"},
		"any cache":                   {pattern: "*"},
		"no such cache":               {pattern: "mian", warned: true},
		"a pattern that fits nothing": {pattern: "squad-*", warned: true},
		"upper case":                  {pattern: "Main", warned: true},
		"nobody says which there are": {pattern: "mian", none: true},
		"it creates them itself":      {pattern: "squad-*", permission: tokenset.CreateCache},
	}
	for name, tt := range tests {
		_, problems := Generate(minimal(func(s *v1alpha1.AtticCacheSpec) {
			s.Caches = map[string]v1alpha1.Cache{"main": {Public: true}, "team-a": {}}
			s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"}
			if tt.none {
				s.Caches = nil
			}
			s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
			s.Tokens = tokensFor(tt.pattern)
			if tt.permission != "" {
				s.Tokens.Tokens["ci"] = v1alpha1.Token{
					Type: tokenset.Service, Caches: map[string]v1alpha1.TokenCache{tt.pattern: {Permissions: []string{tokenset.Pull, tt.permission}}},
				}
			}
		}))
		if warned := len(problems) > 0; warned != tt.warned {
			t.Errorf("%s: warned %v, want %v: %v", name, warned, tt.warned, problems)
		}
	}
}
