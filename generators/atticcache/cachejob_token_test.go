package atticcache

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// withJobToken has a cache whose Job shows a token of the plan.
func withJobToken(key string, permissions ...string) func(*v1alpha1.AtticCacheSpec) {
	return func(s *v1alpha1.AtticCacheSpec) {
		s.Caches = map[string]v1alpha1.Cache{"main": {}}
		s.CacheJob = &v1alpha1.CacheJob{
			Image: "registry.example.com/atticgen:v1.2.3", TokenSecret: &v1alpha1.SecretKeyRef{SecretName: "attic-ci-tokens", Key: key},
		}
		s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}, Backup: &v1alpha1.Backup{Enabled: new(false)}}
		s.Tokens = &v1alpha1.TokenSetSpec{Tokens: map[string]v1alpha1.Token{
			"caches-job": {Type: tokenset.Service, Caches: map[string]v1alpha1.TokenCache{"*": {Permissions: permissions}}},
		}}
	}
}

func TestJobToken(t *testing.T) {
	all := []string{tokenset.Pull, tokenset.CreateCache, tokenset.ConfigureCache, tokenset.ConfigureRetention}
	const path = "spec.cacheJob.tokenSecret.key"
	for name, tt := range map[string]struct {
		key         string
		permissions []string
		want        []string
	}{
		"all that it needs": {"caches-job", all, nil},
		"too little":        {"caches-job", all[:2], []string{path + `: is a token that lacks what the Job needs in cache "main": configureCache, configureRetention`}},
		"not planned":       {"cache-job", all, []string{path + `: is "cache-job", which is no token that belongs into Secret attic-ci-tokens`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range Validate(Default(minimal(withJobToken(tt.key, tt.permissions...)))) {
				if p.Path == path {
					got = append(got, p.Path+": "+p.Message)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A token of the plan is no other one: nothing asks for attic-admin-token, and what
// is known of the Secret with planned tokens holds.
func TestNeededSecretsWithAJobToken(t *testing.T) {
	var got []secrets.Needed
	for _, n := range NeededSecrets(Default(minimal(withJobToken("caches-job", tokenset.Pull)))) {
		if n.Name == "attic-ci-tokens" || n.Name == "attic-admin-token" {
			got = append(got, n)
		}
	}
	want := []secrets.Needed{{
		Name: "attic-ci-tokens", Keys: []string{"caches-job"}, Tokens: true,
		Purpose: "token of the Job that applies the caches; tokens of pipelines and services",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
