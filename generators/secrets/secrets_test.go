package secrets

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func TestMerged(t *testing.T) {
	got := Merged([]Needed{
		{Name: "b", Keys: []string{"z", "a"}, Purpose: "one", Tokens: true, Kept: true},
		{Name: "", Keys: []string{"a"}, Purpose: "none"},
		{Name: "a", Keys: []string{"x"}, Purpose: "two", Type: TypeRegistry},
		{Name: "b", Keys: []string{"a", "m", ""}, Purpose: "three", Tokens: true},
		{Name: "a", Keys: []string{"x"}, Purpose: "two"},
	})
	want := []Needed{
		{Name: "a", Keys: []string{"x"}, Purpose: "two", Type: TypeRegistry},
		{Name: "b", Keys: []string{"a", "m", "z"}, Purpose: "one; three", Tokens: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Merging twice changes nothing, and neither does it change what is merged.
func TestMergedAgain(t *testing.T) {
	all := []Needed{{Name: "a", Keys: []string{"c", "b"}, Purpose: "p"}, {Name: "a", Keys: []string{"a"}, Purpose: "q"}}
	once := Merged(all)
	if diff := cmp.Diff(once, Merged(once)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"c", "b"}, all[0].Keys); diff != "" {
		t.Error(diff)
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		provider, prefix, secret, key string
		want                          place
	}{
		{Vault, "teams/cache", "attic-secrets", "AWS_ACCESS_KEY_ID", place{"teams/cache/attic-secrets", "AWS_ACCESS_KEY_ID"}},
		{AWS, "/teams", "a.b", "gitlab.com_app", place{"/teams/a.b", "gitlab.com_app"}},
		{GCP, "teams", "a.b", "gitlab.com_app", place{"teams-a-b", "gitlab.com_app"}},
		{GitLab, "teams", "attic-ci-tokens", "gitlab.com_my-app", place{"TEAMS_ATTIC_CI_TOKENS_GITLAB_COM_MY_APP", ""}},
		{GitLab, "T", "registry", KeyRegistry, place{"T_REGISTRY__DOCKERCONFIGJSON", ""}},
	} {
		if got := placeOf(tt.provider, tt.prefix, tt.secret, tt.key); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.provider, got, tt.want)
		}
	}
}

func TestStoredAt(t *testing.T) {
	for provider, want := range map[string]string{
		Vault: "property token of teams/attic-admin-token", AWS: "property token of teams/attic-admin-token",
		GCP: "property token of teams-attic-admin-token", GitLab: "variable TEAMS_ATTIC_ADMIN_TOKEN_TOKEN",
	} {
		if got := StoredAt(v1alpha1.ExternalSecrets{Provider: provider, Prefix: "teams"}, "attic-admin-token", "token"); got != want {
			t.Errorf("%s: %q, want %q", provider, got, want)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for provider, forms := range map[string]map[string]bool{
		Vault:  {"a": true, "teams/cache": true, "a.b/c_d-e": true, "/a": false, "a/": false, "a//b": false, "../a": false, "a/./b": false, "": false, "a b": false, "a\n": false},
		AWS:    {"a": true, "/teams/cache": true, "a+=@-_.": true, "a/": false, "//a": false, "a/../b": false, "a:b": false, "": false},
		GCP:    {"a": true, "teams-cache_1": true, "a/b": false, "a.b": false, "": false},
		GitLab: {"A": true, "teams_cache": true, "teams-cache": false, "a/b": false, "": false},
	} {
		r, known := rulesOf(provider)
		if !known {
			t.Fatalf("%s is not known", provider)
		}
		for prefix, want := range forms {
			if got := r.prefix.Matches(prefix); got != want {
				t.Errorf("%s: %q: %v", provider, prefix, got)
			}
		}
	}
	if got := defaultPrefix(GitLab, "nix-cache"); got != "nix_cache" {
		t.Errorf("the default prefix for GitLab is %s", got)
	}
}
