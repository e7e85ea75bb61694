package cli

import (
	"os"
	"strings"
	"testing"
)

// What is to be done next is said for the place where the tokens are.
func TestHandingOut(t *testing.T) {
	const issue, rotate, root = "give it to its clients, from ", "atticgen token rotate --overlay overlays/production", "root"
	for backend, want := range map[string]struct{ ci, root, rotate, list string }{
		"sops": {
			issue + "Secret attic-ci-tokens", issue + rootTokens, rotate + " root",
			"atticgen secret set --overlay overlays/production attic-pg-backup AWS_ACCESS_KEY_ID --from-file -",
		},
		"sealedSecrets": {
			issue + "Secret attic-ci-tokens", issue + "private/first/root.json", rotate + " --key FILE --out ../new-tokens root",
			"atticgen token issue --overlay overlays/production --key FILE",
		},
		"existing": {
			"put private/first/gitlab-one.json into Secret attic-ci-tokens, as gitlab-one, and " + issue + "Secret attic-ci-tokens",
			issue + "private/first/root.json", rotate + " --key FILE --out ../new-tokens root", "whoever makes it",
		},
		"externalSecrets": {
			"put private/first/gitlab-one.json into the store, as property gitlab-one of teams/attic-ci-tokens, and " + issue + "Secret attic-ci-tokens",
			issue + "private/first/root.json", rotate + " --key FILE --out ../new-tokens root", "the store: property gitlab-one of teams/attic-ci-tokens",
		},
	} {
		t.Run(backend, func(t *testing.T) {
			s := newShop(t, backend)
			if backend == "externalSecrets" {
				s.write("base/cache/cache.yaml", strings.Replace(s.read("base/cache/cache.yaml"), "externalSecrets}",
					"externalSecrets, externalSecrets: {store: {name: vault}, provider: vault, prefix: teams}}", 1))
			}
			wants(t, s.run(ExitOK, "token", "rotate", "--due", "--dry-run"), want.rotate)
			s.must(os.Mkdir("private", 0o700))
			s.run(ExitOK, "token", "keygen", "--bits", "2048", "--overlay", production, "--out", "private/key.pem")
			wants(t, s.run(ExitOK, "secret", "list"), want.list)
			wants(t, s.run(ExitOK, s.signing("token", "issue", "--overlay", production, "--out", "private/first")...), want.ci, want.root)
			for _, name := range []string{"gitlab-one", "gitlab-two", root} {
				wants(t, s.read("private/first/"+name+".json"), `"name":"`+name+`"`)
			}
		})
	}
}

// With the repository elsewhere and two sets in it, a command that is shown can be
// typed all the same.
func TestCommandsThatAreShown(t *testing.T) {
	s := newShop(t, "sops")
	s.write("base/cache/kustomization.yaml", "resources: [cache.yaml, other.yaml]\n")
	s.write("base/cache/other.yaml", `apiVersion: atticgen.dev/v1alpha1
kind: TokenSet
metadata: {name: other, namespace: nix-cache, annotations: {config.kubernetes.io/function: "exec: {path: atticgen}"}}
spec: {tokens: {reader: {caches: {main: {}}}}}
`)
	s.must(os.Mkdir("work", 0o700))
	t.Chdir("work")
	wants(t, s.run(ExitOK, "token", "rotate", "--due", "--dry-run", "--root", ".."), "atticgen token rotate --overlay ../overlays/production --root .. --spec nix-cache/attic root")
	s.run(ExitOK, "token", "rotate", "--dry-run", "--overlay", "../overlays/production", "--root", "..", "--spec", "nix-cache/attic", "root")
}
