package apply

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// testHistory applies environments as they were committed before, and then today's
// over them: that is what happens in a cluster when they are merged.
func (s *server) testHistory(t *testing.T) {
	commit, err := earlier(rendered.Root())
	if err != nil {
		t.Skipf("skipped: what was committed before is not tried: %v", err)
	}
	root := t.TempDir()
	if err := extract(rendered.Root(), commit, root); err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob(filepath.Join(root, "environments", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("there is no environment in commit %s: %v", commit, err)
	}
	for _, dir := range dirs {
		name := "environments/" + filepath.Base(dir)
		today, ok := s.environments[name]
		if !ok {
			t.Logf("skipped: %s of commit %s: there is none any more", name, commit)
			continue
		}
		t.Run(name, func(t *testing.T) {
			before := defined(t, name, rendered.Environment{Name: name, Dir: dir}.Objects(t))
			defer s.begin(t, prerequisites(slices.Concat(before, today))...)()
			m := &moves{server: s}
			defer m.end(t)
			if err := m.over(t, name, before, today); err != nil {
				t.Errorf("over %s: %v", commit, err)
			}
		})
	}
}

// over applies objects and then others over them. Of the first it holds nothing
// against anybody: what was wrong then may be what is mended now.
func (m *moves) over(t *testing.T, name string, before, today []*unstructured.Unstructured) error {
	t.Helper()
	applied, err := m.apply(t, before)
	if err != nil {
		t.Logf("of what was there before, not everything is taken: %v", err)
	}
	for i, object := range before {
		if applied[i] != nil {
			m.current = append(m.current, object)
		}
	}
	return m.to(t, name, today)
}

// earlier is the last commit in whose environments something is different from
// what is in the folder now.
func earlier(root string) (commit string, err error) {
	out, err := git(root, "log", "--format=%H", "--", "environments")
	if err != nil {
		return "", err
	}
	for _, commit := range append([]string{"HEAD"}, strings.Fields(string(out))...) {
		_, err := git(root, "diff", "--quiet", commit, "--", "environments")
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit) && exit.ExitCode() == 1:
			return commit, nil
		case err != nil:
			return "", err
		}
	}
	if shallow, err := git(root, "rev-parse", "--is-shallow-repository"); err != nil || strings.TrimSpace(string(shallow)) == "true" {
		return "", errors.Join(errors.New("the clone is shallow, and has no other version of environments/"), err)
	}
	return "", errors.New("there is no other version of environments/")
}

// extract writes the environments of a commit into a folder.
func extract(root, commit, dir string) error {
	out, err := git(root, "archive", "--format=tar", commit, "environments")
	if err != nil {
		return err
	}
	archive := tar.NewReader(bytes.NewReader(out))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(header.Name))
		data, err := io.ReadAll(archive)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(file), 0o755)
		}
		if err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			return err
		}
	}
}

func git(root string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", root}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// TestEarlier: the version that is found is another one, and a history that does
// not go back far enough is no error.
func TestEarlier(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skipf("skipped: %v", err)
	}
	root := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		out, err := git(root, append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	commit := func(file, text string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, file), text)
		run("add", ".")
		run("commit", "--quiet", "--message", text)
		return run("rev-parse", "HEAD")
	}
	finds := func(root, want, wantErr string) {
		t.Helper()
		got, err := earlier(root)
		if got != want {
			t.Errorf("found %q, want %q: %v", got, want, err)
		}
		if wantErr != "" {
			wants(t, err, wantErr)
		}
	}
	finds(root, "", "git log: ")
	run("init", "--quiet")
	first := commit("environments/staging/service.yaml", "first")
	finds(root, "", "there is no other version of environments/")
	commit("environments/staging/service.yaml", "second")
	commit("README.md", "about something else")
	finds(root, first, "")

	shallow := t.TempDir()
	if _, err := git(root, "clone", "--quiet", "--depth", "1", "file://"+root, shallow); err != nil {
		t.Fatal(err)
	}
	finds(shallow, "", "the clone is shallow")

	dir := t.TempDir()
	if err := extract(root, first, dir); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "environments", "staging", "service.yaml")); err != nil || string(text) != "first" {
		t.Errorf("%q, %v", text, err)
	}
	write(t, filepath.Join(root, "environments", "staging", "service.yaml"), "third")
	finds(root, "HEAD", "")
}

// testOver: today's environment is found not to go over one that differs in what
// cannot be changed.
func (s *server) testOver(t *testing.T) {
	const name = "environments/production"
	today := s.environments[name]
	for _, tt := range []struct {
		name, object, path string
		value              any
		want               []string
	}{
		{"selector", "Deployment nix-cache/attic", "spec.selector.matchLabels", map[string]any{"app.kubernetes.io/instance": "attic"}, []string{`Deployment.apps "attic" is invalid: spec.selector: Invalid value: `, "field is immutable"}},
		{"Job", "Job nix-cache/attic-migrate-", "spec.backoffLimit", int64(1), []string{"Job nix-cache/attic-migrate-", "what it does has changed, and its name has not"}},
		{"storage", "Cluster nix-cache/attic-pg", "spec.storage.size", "1Ti", []string{"CloudNativePG refuses Cluster nix-cache/attic-pg: spec.storage shrinks from 1Ti to "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			old := find(t, today, tt.object)
			set(t, old, tt.path, tt.value)
			before := slices.Clone(today)
			before[index(before, old)] = old
			m := &moves{server: s}
			defer m.end(t)
			wants(t, m.over(t, name, before, today), tt.want...)
		})
	}
}
