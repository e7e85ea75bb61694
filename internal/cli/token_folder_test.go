package cli

import (
	"os"
	"strings"
	"testing"
)

// A line that is lost loses no Secret of what runs without anybody seeing it.
func TestForgettingTheFolderOfSecrets(t *testing.T) {
	for _, backend := range []string{"sops", "sealedSecrets"} {
		t.Run(backend, func(t *testing.T) {
			s := newShop(t, backend)
			last := func() string { return s.said[len(s.said)-1].stdout + s.said[len(s.said)-1].stderr }
			expect := func(wants ...string) {
				t.Helper()
				for _, want := range wants {
					if !strings.Contains(last(), want) {
						t.Errorf("no %q in %s", want, last())
					}
				}
			}

			// What is not written yet may be rendered, and not merged.
			s.run(ExitOK, "render")
			expect("warning: spec.secrets.backend: is "+backend+", and Secret nix-cache/attic-ci-tokens is not in the environment", "atticgen token issue --overlay overlays/production")
			s.run(ExitInput, "verify")
			expect("error: Secret nix-cache/attic-secrets: spec.secrets.backend", "[secret-in-git]")
			s.open()
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")

			named := s.read("overlays/production/kustomization.yaml")
			s.write("overlays/production/kustomization.yaml", "generators: [cache]\n")
			s.run(ExitInput, "render")
			expect("overlays/production/kustomization.yaml: error: resources: does not name the folder secrets")
			s.run(ExitInput, "verify")
			expect("does not name the folder secrets", "[overlay]")

			// Nor does it help that the folder is gone.
			s.must(os.Rename("overlays/production/secrets", "moved"))
			s.run(ExitInput, "render")
			expect("attic-secrets.yaml: error: would go, and Job nix-cache/", "reads the Secret that a controller that prunes would delete", "--remove-data")
			s.run(ExitOK, "render", "--check=false", "--remove-data")
			s.run(ExitInput, "verify")
			expect("[secret-in-git]")

			s.must(os.Rename("moved", "overlays/production/secrets"))
			s.write("overlays/production/kustomization.yaml", named)
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
		})
	}
}
