package cli

import (
	"os"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// field is what follows a word in a text, up to the end of its line.
func field(text, word string) string {
	_, after, _ := strings.Cut(text, word)
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

// The four steps of a change of keys, in their order and in no other.
func TestRotatingTheKey(t *testing.T) {
	for _, backend := range []string{"sops", "sealedSecrets", "existing"} {
		t.Run(backend, func(t *testing.T) {
			s := newShop(t, backend)
			s.open()
			const patch = "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, namespace: nix-cache}\n"
			s.write("overlays/production/cache/cache.yaml", patch+"spec: {gc: {}}\n")
			s.write("overlays/production/cache/kustomization.yaml", "resources: [../../../base/cache]\npatches: [{path: cache.yaml}]\n")
			step := func(want int, args ...string) string {
				t.Helper()
				return s.run(want, append([]string{"token", "rotate-key", "--overlay", production, "--debug"}, args...)...)
			}
			for _, flag := range []string{"--sign", "--switch", "--finish", "--cancel"} {
				step(ExitInput, flag) // Nothing is under way.
			}

			begin := []string{"--key-out", "private/next.pem"}
			out := step(ExitOK, begin...)
			s.secret["the next key"] = s.read("private/next.pem")
			wants(t, out, "write into overlays/production/cache/cache.yaml:\n  spec:\n    signingKey:\n", "kubectl -n nix-cache rollout status deployment/attic-next\n")
			old, next := field(out, "      keyID: "), field(out, "        keyID: ")
			if old == next || !validate.NewForm(`[A-Za-z0-9_-]{43}`, 43).Matches(next) {
				t.Fatalf("the keys are %q and %q", old, next)
			}
			step(ExitInput, begin...) // It is under way.
			step(ExitInput, "--sign") // No server knows it.

			// One taken back leaves nothing behind.
			step(ExitOK, "--cancel")
			for name, text := range s.files(production) {
				if strings.Contains(name, "next") || strings.Contains(text, "_NEXT") {
					t.Errorf("%s is left over", name)
				}
			}
			s.must(os.Remove("private/next.pem"))
			out = step(ExitOK, begin...)
			next = field(out, "        keyID: ")
			s.secret["the next key"] = s.read("private/next.pem")

			// The old key signs as long as the new one has signed nothing.
			s.day(15)
			if got := s.run(ExitOK, "token", "inspect", "private/day-15/gitlab-one.json"); field(got, "key ") != old {
				t.Errorf("before the new key signs, tokens are of the key %s", field(got, "key "))
			}

			signed := s.nextKey("--sign", "--out", "private/signed", "--key", "private/next.pem")
			step(ExitInput, signed...)
			wants(t, s.last(), "overlays/production/cache/cache.yaml: error: spec.signingKey.next: is missing", "write signingKey: {keyID: "+old+", next: {keyID: "+next+"}} under spec in overlays/production/cache/cache.yaml")

			key := func(present, next string) {
				t.Helper()
				s.write("overlays/production/cache/cache.yaml", patch+"spec: {signingKey: {keyID: "+present+", next: {keyID: "+next+"}}}\n")
			}
			key(next, old)
			s.run(ExitInput, "render")
			wants(t, s.last(), "write "+old, "write "+next)
			step(ExitInput, signed...)
			wants(t, s.last(), "write "+old)
			key(old, next)
			step(ExitInput, signed...) // It is in the spec, and not in the environment.
			wants(t, s.last(), "environments/production: error: has no Deployment nix-cache/attic-next yet", "run atticgen render && atticgen verify", "--unrendered")
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
			step(ExitInput, "--switch") // Nothing is signed with it.
			step(ExitInput, "--finish")
			step(ExitInput, s.nextKey("--sign", "--out", "private/wrong", "--key", "private/key.pem")...)
			out = step(ExitOK, signed...)
			wants(t, out, "another key signs now", "run atticgen render && atticgen verify, and commit overlay and environment together")
			if len(s.remember("signed")) != 3 {
				t.Error("not all tokens are signed anew")
			}
			for _, file := range []string{"signed", "day-15"} {
				s.run(ExitOK, "token", "verify", "private/"+file+"/gitlab-one.json", "--overlay", production)
			}
			step(ExitInput, "--switch", "--key", "private/next.pem") // Tokens of the old key are valid.
			step(ExitInput, "--cancel")

			s.run(ExitOK, "token", "revoke", "--overlay", production, "--reason", "its key goes", idOf(s, "private/first/root.json"))
			s.now = begun().AddDate(0, 0, 36) // The rest has ended, the new gitlab-one of day 15 as well.
			s.run(ExitOK, s.nextKey("token", "rotate", "--due", "--overlay", production, "--out", "private/later", "--key", "private/next.pem")...)
			s.remember("later")
			out = step(ExitOK, "--switch", "--key", "private/next.pem")
			wants(t, out, "write into overlays/production/cache/cache.yaml:\n  spec:\n    signingKey:\n      keyID: "+next+"\n", "kubectl -n nix-cache rollout status deployment/attic\n")
			step(ExitInput, "--switch")
			step(ExitInput, "--finish") // The spec has the old one.
			// Only SOPS brings the key and its ID to the cluster at once.
			s.run(map[bool]int{true: ExitInput}[backend == "sops"], "render")
			wants(t, s.last(), "write "+next)
			key(next, next)
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
			out = step(ExitOK, "--finish")
			wants(t, out, "take spec.signingKey.next out of overlays/production/cache/cache.yaml, and keep keyID: "+next)
			s.run(ExitInput, "render")
			wants(t, s.last(), "take spec.signingKey.next out")
			s.write("overlays/production/cache/cache.yaml", patch+"spec: {signingKey: {keyID: "+next+"}}\n")
			for name, text := range s.files(production) {
				if strings.Contains(name, "next") || strings.Contains(text, "_NEXT") {
					t.Errorf("%s is left over", name)
				}
			}
			s.run(ExitOK, "token", "verify", "private/later/gitlab-one.json", "--overlay", production)
			s.run(ExitInput, "token", "verify", "private/day-15/gitlab-one.json", "--overlay", production)
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
			s.nothingLeaks()
		})
	}
}

// last is what the last command said.
func (s *shop) last() string { return s.said[len(s.said)-1].stderr }

// nextKey are arguments without --key where the overlay keeps the key itself.
func (s *shop) nextKey(args ...string) []string {
	if s.backend == "sops" && args[len(args)-1] != "private/key.pem" {
		return args[:len(args)-2]
	}
	return args
}

func idOf(s *shop, file string) string {
	return field(s.run(ExitOK, "token", "inspect", file), "id ")
}
