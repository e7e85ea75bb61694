package overlay

import (
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/tree"
)

func TestTheFolderOfSecretsIsNamed(t *testing.T) {
	const (
		secret = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: one, namespace: attic}\nspec: {encryptedData: {a: AgB}}\n"
		refuse = "overlays/a/kustomization.yaml: error: resources: does not name the folder secrets, so that none of the Secrets there is rendered; write resources: [secrets], or add it to those that there are; remove the folder if its Secrets are to go"
		warn   = "overlays/a/kustomization.yaml: warning: resources: does not name the folder secrets, so that none of the Secrets there is rendered; write resources: [secrets], or add it to those that there are; remove the folder if its Secrets are to go"
	)
	for name, test := range map[string]struct{ overlay, folder, want string }{
		"forgotten":              {"generators: [cache.yaml]\n", tree.Header + ".\nresources: [attic/one.yaml]\n", refuse},
		"forgotten, of a person": {"generators: [cache.yaml]\n", "resources: [attic/one.yaml]\n", warn},
		"named":                  {"generators: [cache.yaml]\nresources: [./secrets/]\n", tree.Header + ".\nresources: [attic/one.yaml]\n", ""},
		"a file of it":           {"generators: [cache.yaml]\nresources: [secrets/attic/one.yaml]\n", tree.Header + ".\nresources: [attic/one.yaml]\n", ""},
		"through another":        {"generators: [cache.yaml]\nresources: [more]\n", tree.Header + ".\nresources: [attic/one.yaml]\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := files{
				"overlays/a/kustomization.yaml":         test.overlay,
				"overlays/a/cache.yaml":                 spec("attic"),
				"overlays/a/more/kustomization.yaml":    "resources: [../secrets]\n",
				"overlays/a/secrets/kustomization.yaml": test.folder,
				"overlays/a/secrets/attic/one.yaml":     secret,
			}
			for _, kustomize := range []bool{false, true} {
				_, diags := repo(t, all).Build("overlays/a", Options{Kustomize: kustomize})
				got := ""
				if len(diags) > 0 {
					got = diags.Error()
				}
				if got != test.want {
					t.Errorf("kustomize %t\n got %s\nwant %s", kustomize, got, test.want)
				}
			}
		})
	}
}
