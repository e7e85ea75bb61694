package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// From an empty repository to a verified environment, a month of rotations, and a
// revocation, for each place where secrets can be kept.
func TestStory(t *testing.T) {
	for _, backend := range []string{"sops", "sealedSecrets", "existing"} {
		t.Run(backend, func(t *testing.T) {
			s := newShop(t, backend)
			s.open()
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
			s.run(ExitOK, "secret", "list", "--format", "markdown")
			s.run(ExitOK, "token", "verify", "private/first/gitlab-one.json", "--overlay", production, "--cache", "main", "--for", "push")
			s.run(ExitInput, "token", "verify", "private/first/gitlab-one.json", "--overlay", production, "--cache", "main", "--for", "delete")
			s.run(ExitInput, "token", "verify", "private/first/gitlab-one.json", "--overlay", production, "--cache", "team-a")
			s.pipe(s.secret["the token of private/first/gitlab-two.json"], ExitOK, "token", "verify", "--overlay", production, "--cache", "team-a", "-")

			rotated := map[int][]string{}
			for n := range 31 {
				if done := s.day(n); len(done) > 0 {
					rotated[n] = done
				}
				if again := s.twice(n); again != "" {
					t.Errorf("day %d, once more: %s", n, again)
				}
			}
			want := map[int][]string{15: {"gitlab-one: due"}, 20: {"gitlab-two: due"}, 30: {"gitlab-one: due"}}
			if diff := cmp.Diff(want, rotated); diff != "" {
				t.Error(diff)
			}
			s.afterAMonth()
			s.run(ExitOK, "render")
			s.run(ExitOK, "verify")
			s.nothingLeaks()
		})
	}
}

// twice rotates a second time on the same day, when there is nothing left to do,
// and says so if there was.
func (s *shop) twice(n int) string {
	s.t.Helper()
	before := s.files(production)
	if done := s.day(n); len(done) > 0 {
		return strings.Join(done, ", ")
	}
	if diff := cmp.Diff(before, s.files(production)); diff != "" {
		return diff
	}
	return ""
}

// files are the files below a folder and what is in them.
func (s *shop) files(dir string) map[string]string {
	s.t.Helper()
	all := map[string]string{}
	s.must(filepath.WalkDir(dir, func(path string, item fs.DirEntry, err error) error {
		if err == nil && item.Type().IsRegular() {
			all[path] = s.read(path)
		}
		return err
	}))
	return all
}

// afterAMonth looks at what became of the tokens, and revokes one.
func (s *shop) afterAMonth() {
	t := s.t
	t.Helper()
	verify := func(want int, file string) {
		t.Helper()
		s.run(want, "token", "verify", file, "--overlay", production, "--format", "json")
	}
	verify(ExitInput, "private/first/gitlab-one.json") // expired after 20 days
	verify(ExitOK, "private/day-15/gitlab-one.json")   // until day 35
	verify(ExitOK, "private/day-30/gitlab-one.json")
	verify(ExitOK, "private/first/gitlab-two.json") // until the end of day 30
	verify(ExitOK, "private/first/root.json")

	s.run(ExitOK, "token", "list", "--debug")
	s.run(ExitOK, "token", "revoke", "--overlay", production, "--reason", "a laptop was lost", "gitlab-one", "--debug")
	before := s.files(production)
	s.run(ExitOK, "token", "revoke", "--overlay", production, "--reason", "another reason", "gitlab-one")
	if diff := cmp.Diff(before, s.files(production)); diff != "" {
		t.Errorf("revoking twice changes something:\n%s", diff)
	}
	verify(ExitInput, "private/day-15/gitlab-one.json")
	verify(ExitInput, "private/day-30/gitlab-one.json")
	verify(ExitOK, "private/day-20/gitlab-two.json")
	s.run(ExitOK, "token", "list", "--format", "json")
	s.run(ExitOK, "token", "inspect", "private/day-30/gitlab-one.json", "--debug")
	s.pipe(s.secret["the token of private/day-20/gitlab-two.json"], ExitOK, "token", "revoke", "--overlay", production, "--reason", "found in a log", "--token", "-")
	verify(ExitInput, "private/day-20/gitlab-two.json")
	s.must(os.Rename("private/day-30", "private/day-30-before"))
	if got := s.day(30); !slices.Equal(got, []string{"gitlab-one: revoked", "gitlab-two: revoked"}) {
		t.Errorf("after the revocations, %v is issued", got)
	}
}

// Two runs beside each other issue each token once.
func TestRotatingBesideAnother(t *testing.T) {
	s := newShop(t, "existing")
	s.open()
	s.now = begun().AddDate(0, 0, 25)
	const runs = 4
	results := make(chan string, runs)
	for n := range runs {
		go func() {
			out, code := s.start("", "token", "rotate", "--due", "--overlay", production, "--key", "private/key.pem", "--out", fmt.Sprintf("private/run-%d", n))
			if code != ExitOK {
				results <- fmt.Sprintf("exit code %d: %s", code, out.stderr)
				return
			}
			results <- ""
		}()
	}
	for range runs {
		if problem := <-results; problem != "" {
			t.Error(problem)
		}
	}
	files, err := filepath.Glob("private/run-*/*.json")
	s.must(err)
	names := map[string]int{}
	for _, file := range files {
		names[filepath.Base(file)]++
	}
	if diff := cmp.Diff(map[string]int{"gitlab-one.json": 1, "gitlab-two.json": 1}, names); diff != "" {
		t.Error(diff)
	}
	for _, file := range files {
		s.run(ExitOK, "token", "verify", file, "--overlay", production)
	}
}

// nothingLeaks looks for every secret in everything that was printed and written.
func (s *shop) nothingLeaks() {
	t := s.t
	t.Helper()
	private := map[string]bool{}
	for name, text := range s.files(".") {
		if strings.HasPrefix(name, "private"+string(filepath.Separator)) {
			private[name] = true
			info, err := os.Stat(name)
			s.must(err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has the mode %v", name, info.Mode())
			}
			continue // the one place that is meant for them
		}
		for what, secret := range s.secret {
			if form := shows(text, secret); form != "" {
				t.Errorf("%s shows %s (%s)", name, what, form)
			}
		}
	}
	if len(private) < 7 {
		t.Errorf("there are %d private files, so that this test sees too little", len(private))
	}
	for _, out := range s.said {
		for what, secret := range s.secret {
			for stream, text := range map[string]string{"standard output": out.stdout, "standard error": out.stderr, "its arguments": out.command} {
				if form := shows(text, secret); form != "" {
					t.Errorf("%s: %s shows %s (%s)", out.command, stream, what, form)
				}
			}
		}
	}
	if len(s.secret) < 5 {
		t.Errorf("only %v are looked for", slices.Collect(maps.Keys(s.secret)))
	}
}
