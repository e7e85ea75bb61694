package cli

import (
	"os"
	"strings"
	"testing"
)

// Who asks for a token anew gets one, or hears why not.
func TestAskingTwiceWithinASecond(t *testing.T) {
	s := newShop(t, "existing")
	s.open()
	for _, args := range [][]string{{"issue", "--again"}, {"rotate"}} {
		again := s.signing(append(append([]string{"token"}, args...), "--overlay", production, "--out", "private/again", "gitlab-one")...)
		out, code := s.start("", again...)
		if code != ExitInput || !strings.Contains(out.stderr, `token "gitlab-one" was issued a moment ago, at 2026-03-01T06:00:00Z`) {
			t.Errorf("%s: exit code %d: %s", out.command, code, out.stderr)
		}
		if _, err := os.Stat("private/again"); err == nil {
			t.Error("there is a file")
		}
	}
	s.now = s.now.Add(1e9)
	s.run(ExitOK, s.signing("token", "issue", "--again", "--overlay", production, "--out", "private/again", "gitlab-one")...)
	s.run(ExitOK, "token", "verify", "private/again/gitlab-one.json", "--overlay", production)
}
