package cli

import "testing"

// A key that was stolen is replaced in one go, without waiting between the steps.
func TestReplacingAStolenKey(t *testing.T) {
	s := newShop(t, "sops")
	s.open()
	spec := s.read("base/cache/cache.yaml")
	step := func(args ...string) string {
		t.Helper()
		return s.run(ExitOK, append([]string{"token", "rotate-key", "--overlay", production, "--bits", "2048"}, args...)...)
	}
	out := step()
	wants(t, out, "write into a patch of AtticCache attic in overlays/production (not into the base: other environments have other keys):")
	old, next := field(out, "      keyID: "), field(out, "        keyID: ")
	s.write("base/cache/cache.yaml", spec+"  signingKey: {keyID: "+old+", next: {keyID: "+next+"}}\n")
	step("--sign", "--unrendered", "--out", "private/signed")
	refused, code := s.start("", "token", "rotate-key", "--overlay", production, "--switch")
	if code != ExitInput {
		t.Errorf("the exit code is %d", code)
	}
	wants(t, refused.stderr, `atticgen token revoke --overlay overlays/production --reason "the signing key changes" --superseded`)
	s.run(ExitOK, "token", "revoke", "--overlay", production, "--reason", "the signing key was stolen", "--superseded")
	step("--switch")
	s.write("base/cache/cache.yaml", spec+"  signingKey: {keyID: "+next+"}\n")
	step("--finish")
	s.run(ExitOK, "render")
	s.run(ExitOK, "verify")
	for _, name := range []string{"gitlab-one", "gitlab-two", "root"} {
		s.run(ExitOK, "token", "verify", "private/signed/"+name+".json", "--overlay", production)
		s.run(ExitInput, "token", "verify", "private/first/"+name+".json", "--overlay", production)
	}
}
