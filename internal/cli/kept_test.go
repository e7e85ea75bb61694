package cli

import (
	"os"
	"strings"
	"testing"
)

const rootTokens = "overlays/production/secrets/nix-cache/attic-root-tokens.yaml"

// listed tells whether the cluster gets the Secret with the root token.
func (s *shop) listed() bool {
	s.t.Helper()
	return strings.Contains(s.read("overlays/production/secrets/kustomization.yaml"), "nix-cache/attic-root-tokens.yaml\n")
}

// A root token alone stays outside of the cluster; beside one of type admin, which
// something in the cluster may read, it does not.
func TestRootTokenStaysOutside(t *testing.T) {
	s := newShop(t, "sops")
	s.open()
	spec := s.read("base/cache/cache.yaml")
	if !strings.Contains(s.read(rootTokens), "ENC[") {
		t.Error("the root token is not encrypted in Git")
	}
	if s.listed() {
		t.Error("the root token is listed for the cluster")
	}
	s.run(ExitOK, "render")
	for name := range s.files("environments") {
		if strings.Contains(name, "root-tokens") {
			t.Errorf("%s is rendered", name)
		}
	}
	s.write("base/cache/cache.yaml", strings.Replace(spec, "    rootToken:", "      ops: {type: admin, caches: {main: {}}}\n    rootToken:", 1))
	s.run(ExitOK, "token", "issue", "--overlay", production)
	if !s.listed() {
		t.Error("with a token that the cluster may read, the Secret is not listed")
	}
	for _, without := range []string{spec, strings.Replace(spec, "    rootToken: {}\n", "", 1)} {
		s.now = s.now.AddDate(0, 0, 1)
		s.write("base/cache/cache.yaml", without)
		s.run(ExitOK, "token", "issue", "--overlay", production, "--again", "gitlab-one")
		if s.listed() {
			t.Error("without that token, the Secret is still listed")
		}
	}
}

// Nobody outside of the cluster opens what is sealed, so that a root token is not.
func TestRootTokenIsNotSealed(t *testing.T) {
	s := newShop(t, "sealedSecrets")
	s.open()
	if _, err := os.Stat(rootTokens); err == nil || s.listed() {
		t.Error("the root token is sealed")
	}
	s.run(ExitOK, "token", "verify", "private/first/root.json", "--overlay", production)
	s.now = s.now.AddDate(0, 0, 1)
	out, code := s.start("", s.signing("token", "rotate", "--overlay", production, "root")...)
	if code != ExitUsage || !strings.Contains(out.stderr, `token "root" goes into no cluster`) || !strings.Contains(out.stderr, "--out") {
		t.Errorf("without a folder the exit code is %d: %s", code, out.stderr)
	}
	s.t.Setenv("VALUE", "a-value")
	s.run(ExitInput, "secret", "set", "--overlay", production, "--other", "attic-root-tokens", "root", "--from-env", "VALUE")
	s.run(ExitOK, s.signing("token", "rotate", "--overlay", production, "root", "--out", "private/root")...)
	s.run(ExitOK, "token", "verify", "private/root/root.json", "--overlay", production)
}
