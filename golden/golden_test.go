// Package golden_test holds rendered manifests still. Every folder here is a
// case: in/ is a repository, want/ is what atticgen makes of it.
//
// want/ has environments/, as rendered; network/, who may reach whom in each of
// them; stderr.txt, if anything is said; and code.txt, the exit code, if it is not
// 0. The cases for which it is not are named invalid-….
package golden_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/cli"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

var update = flag.Bool("update", false, "rewrite want/ of every case")

func TestMain(m *testing.M) {
	flag.Parse()
	m.Run()
	testbin.Cleanup()
}

// cases are the names of all cases, sorted.
func cases(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		t.Fatal("there are no cases")
	}
	return names
}

// valid tells whether a case renders; the others are there for their errors.
func valid(name string) bool { return !strings.HasPrefix(name, "invalid-") }

func TestGolden(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			dir, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range list(t, dir) {
				if entry != "in" && entry != "want" {
					t.Errorf("%s is neither in/ nor want/", entry)
				}
			}
			got := render(t, filepath.Join(dir, "in"))
			if _, failed := got["code.txt"]; failed == valid(name) {
				t.Fatalf("the case's name says otherwise than its outcome:\n%s", got["stderr.txt"])
			}
			want := filepath.Join(dir, "want")
			if *update {
				rewrite(t, want, got)
				return
			}
			compare(t, read(t, want), got)
		})
	}
}

// render runs atticgen on a repository and returns the files of want/.
func render(t *testing.T, repo string) map[string]string {
	t.Helper()
	t.Chdir(repo)
	output := filepath.Join(t.TempDir(), "environments")
	var stdout, stderr bytes.Buffer
	code := cli.Run(t.Context(), "test", []string{"render", "--output", output}, cli.Streams{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr,
	})
	got := map[string]string{}
	if stderr.Len() > 0 {
		got["stderr.txt"] = stderr.String()
	}
	if code != cli.ExitOK {
		got["code.txt"] = fmt.Sprintf("%d\n", code)
		if stdout.Len() > 0 {
			t.Errorf("printed on standard output although it failed:\n%s", stdout.String())
		}
		if _, err := os.Stat(output); err == nil {
			t.Error("wrote something although it failed")
		}
		return got
	}
	for path, data := range read(t, output) {
		got["environments/"+path] = data
	}
	maps.Copy(got, networks(t, got))
	return got
}

// read returns all files below a folder by slash-separated path.
func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func compare(t *testing.T, want, got map[string]string) {
	t.Helper()
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		w, wanted := want[path]
		g, present := got[path]
		switch {
		case !wanted:
			t.Errorf("%s is new; if it should be, run make golden", path)
		case !present:
			t.Errorf("%s is gone; if it should be, run make golden", path)
		case w != g:
			t.Errorf("%s (-want +got):\n%s", path, cmp.Diff(strings.Split(w, "\n"), strings.Split(g, "\n")))
		}
	}
}

func rewrite(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for path, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
