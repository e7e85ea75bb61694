package cli

import "testing"

// Where there is nothing to say, it is said why.
func TestNothingToList(t *testing.T) {
	s := newShop(t, "sops")
	s.write("overlays/bare/kustomization.yaml", "generators: [database.yaml]\n")
	s.write("overlays/bare/database.yaml", "apiVersion: atticgen.dev/v1alpha1\nkind: PostgresCluster\nmetadata: {name: db, namespace: data}\nspec: {backup: {bucket: data-backup, endpoint: \"https://s3.example.com\"}}\n")
	for _, list := range []string{"token", "secret"} {
		s.run(ExitInput, list, "list", "--overlay", "overlays/bare")
		wants(t, s.last(), "overlays/bare: error: has neither a cache nor a set of tokens")
		s.run(ExitInput, list, "list", "--overlay", "overlays/prod")
		wants(t, s.last(), "overlays/prod: error: is not there; name the folder of an overlay, one of overlays/bare, overlays/production")
		s.run(ExitInput, list, "list", "--overlay", production, "--spec", "other")
		wants(t, s.last(), `overlays/production: error: has no cache "other"; name one of nix-cache/attic with --spec`)
		s.run(ExitOK, list, "list")
	}
	s.run(ExitInput, "token", "issue", "--overlay", production)
	wants(t, s.last(), "has no signing key yet; make one with atticgen token keygen --overlay overlays/production, or")
}
