package overlay

import (
	"strings"
	"testing"
)

func TestWhatASpecSaysIsInGit(t *testing.T) {
	const folder = "overlays/a/secrets/"
	sealed := func(name string) string {
		return "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: " + name + ", namespace: attic}\nspec: {encryptedData: {AWS_ACCESS_KEY_ID: AgB, AWS_SECRET_ACCESS_KEY: AgB, ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64: AgB}}\n"
	}
	all := files{
		"overlays/a/kustomization.yaml":         "generators: [cache.yaml]\nresources: [secrets]\n",
		"overlays/a/cache.yaml":                 spec("attic") + "  tokens: {tokens: {ci: {caches: {main: {}}}}}\n  imagePullSecrets: [registry]\n  secrets: {backend: sealedSecrets}\n",
		folder + "kustomization.yaml":           "resources: [attic/attic-secrets.yaml]\n",
		folder + "attic/attic-secrets.yaml":     sealed("attic-secrets"),
		folder + "attic/attic-pg-backup.yaml":   sealed("attic-pg-backup"),
		"overlays/b/kustomization.yaml":         "generators: [../a/cache.yaml]\n",
		"overlays/none/kustomization.yaml":      "generators: [cache.yaml]\n",
		"overlays/none/cache.yaml":              spec("attic") + "  tokens: {tokens: {ci: {caches: {main: {}}}}}\n",
		"overlays/elsewhere/kustomization.yaml": "generators: [cache.yaml]\nresources: [flux.yaml]\n",
		"overlays/elsewhere/cache.yaml":         spec("attic") + "  secrets: {backend: sops}\n",
		"overlays/elsewhere/flux.yaml":          "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: secrets, namespace: flux-system}\nspec: {targetNamespace: attic}\n",
		"overlays/nothing/kustomization.yaml":   "generators: [cache.yaml]\n",
		"overlays/nothing/cache.yaml":           spec("attic") + "  secrets: {backend: sops}\n",
	}
	for name, want := range map[string][]string{
		"a": {
			"overlays/a/cache.yaml:15:13: warning: spec.secrets.backend: is sealedSecrets, and Secret attic/attic-ci-tokens is not in the environment (tokens of pipelines and services); write it with atticgen token issue --overlay overlays/a, and name the folder secrets under resources of the overlay",
			"overlays/a/cache.yaml:15:13: warning: spec.secrets.backend: is sealedSecrets, and Secret attic/attic-pg-backup is not in the environment (backups of PostgreSQL); write it with atticgen secret set --overlay overlays/a attic-pg-backup, and name the folder secrets under resources of the overlay",
		},
		"none":      nil,
		"elsewhere": nil,
		"nothing": {
			"overlays/nothing/cache.yaml:13:13: warning: spec.secrets.backend: is sops, and Secret attic/attic-pg-backup is not in the environment (backups of PostgreSQL); write it with atticgen secret set --overlay overlays/nothing attic-pg-backup, and name the folder secrets under resources of the overlay",
			"overlays/nothing/cache.yaml:13:13: warning: spec.secrets.backend: is sops, and Secret attic/attic-secrets is not in the environment (public half of the signing key; object store of the cache); write it with atticgen token keygen --overlay overlays/nothing and atticgen secret set --overlay overlays/nothing attic-secrets, and name the folder secrets under resources of the overlay",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kustomize := range []bool{false, true} {
				_, diags := repo(t, all).Build("overlays/"+name, Options{Kustomize: kustomize})
				got := ""
				if len(diags) > 0 {
					got = diags.Error()
				}
				if joined := strings.Join(want, "\n"); got != joined {
					t.Errorf("kustomize %t\n got %s\nwant %s", kustomize, got, joined)
				}
			}
		})
	}
}
