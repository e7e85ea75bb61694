package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// revoke is what revoking said, which must end with a code.
func (s *shop) revoke(want int, args ...string) string {
	s.t.Helper()
	out, code := s.start("", append([]string{"token", "revoke", "--overlay", production, "--reason", "why"}, args...)...)
	if code != want {
		s.t.Fatalf("%s: exit code %d, want %d\n%s%s", out.command, code, want, out.stdout, out.stderr)
	}
	return out.stdout + out.stderr
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q: %s", part, text)
		}
	}
}

// Tokens that have a successor are revoked without it.
func TestRevokingSuperseded(t *testing.T) {
	s := newShop(t, "existing")
	s.open()
	verify := func(want int, file string) {
		t.Helper()
		s.run(want, "token", "verify", file, "--overlay", production)
	}
	wants(t, s.revoke(ExitOK, "--superseded"), "nix-cache/attic has no valid token with a successor; nothing is revoked")
	for n, name := range []string{"gitlab-one", "gitlab-two"} {
		s.now = begun().AddDate(0, 0, n+1)
		s.run(ExitOK, s.signing("token", "rotate", "--overlay", production, name, "--out", "private/"+name)...)
	}

	wants(t, s.revoke(ExitInput, "--superseded", "root"), `token "root" has no successor`, "atticgen token rotate --overlay overlays/production root")
	wants(t, s.revoke(ExitInput, "--superseded", "nobody"), `"nobody": there are gitlab-one, gitlab-two, root`)
	s.revoke(ExitUsage, "--superseded", idOf(s, "private/first/root.json"))
	s.revoke(ExitUsage, "--superseded", "--all-of", "gitlab-one")
	verify(ExitOK, "private/first/gitlab-one.json")

	s.revoke(ExitOK, "--superseded", "gitlab-one")
	verify(ExitInput, "private/first/gitlab-one.json")
	verify(ExitOK, "private/first/gitlab-two.json")
	s.revoke(ExitOK, "--superseded")
	wants(t, s.revoke(ExitOK, "--superseded"), "revoked already")
	verify(ExitInput, "private/first/gitlab-two.json")
	for _, file := range []string{"gitlab-one/gitlab-one.json", "gitlab-two/gitlab-two.json", "first/root.json"} {
		verify(ExitOK, "private/"+file)
	}

	said := s.revoke(ExitOK, "gitlab-one")
	wants(t, said, "gitlab-one: the token in use is among them", "--superseded", "atticgen token rotate --due --overlay overlays/production")
	wants(t, said, "atticgen token rotate-key --overlay overlays/production", "docs/key-rotation.md")
	verify(ExitInput, "private/gitlab-one/gitlab-one.json")
	if again := s.revoke(ExitOK, "gitlab-one"); strings.Contains(again, "in use") {
		t.Errorf("what is revoked is still in use: %s", again)
	}
}

// A token without an ID, as others make them, is listed by what is signed in it.
func TestRevokingATokenWithoutID(t *testing.T) {
	s := newShop(t, "existing")
	s.open()
	key, err := token.ParsePrivate([]byte(s.read("private/key.pem")))
	s.must(err)
	made := func(subject string) string {
		text, err := token.Sign(key, token.Claims{Subject: subject, ExpiresAt: s.now.Add(time.Hour)})
		s.must(err)
		s.must(os.WriteFile("private/found.txt", []byte(text+"\n"), 0o600))
		return text
	}
	text := made("old-ci")
	s.run(ExitOK, "token", "verify", "private/found.txt", "--overlay", production)
	sum := sha256.Sum256([]byte(text[:strings.LastIndexByte(text, '.')]))
	wants(t, s.revoke(ExitOK, "--token", "private/found.txt"), "old-ci (sha256:"+hex.EncodeToString(sum[:])+"): revoked")
	s.run(ExitInput, "token", "verify", "private/found.txt", "--overlay", production)

	made("")
	wants(t, s.revoke(ExitInput, "--token", "private/found.txt"), "--subject")
	s.revoke(ExitOK, "--token", "private/found.txt", "--subject", "whoever")
	s.run(ExitInput, "token", "verify", "private/found.txt", "--overlay", production)
}
