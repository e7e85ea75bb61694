package postgres_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// variable names the folder with initdb and postgres.
const variable = "ATTICGEN_POSTGRES"

// release is an installed PostgreSQL.
type release struct {
	dir   string
	major int
}

// installed finds PostgreSQL. A developer may not have it; the pipeline does.
func installed(t testing.TB) release {
	t.Helper()
	found, err := find(os.Getenv(variable), "/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	if found.dir == "" {
		message := "PostgreSQL is not installed: install Debian's package postgresql, or say in " + variable + " which folder has initdb and postgres"
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	t.Logf("the server is PostgreSQL %d of %s", found.major, found.dir)
	return found
}

// find looks in the folder that is named, then along PATH, then where Debian puts
// what is not on PATH. Nothing found is no error, unless a folder is named.
func find(named, pattern string) (release, error) {
	if named != "" {
		dir, err := filepath.Abs(named)
		if err != nil {
			return release{}, err
		}
		r, err := in(dir)
		if err != nil {
			return release{}, fmt.Errorf("%s is %s: %w", variable, named, err)
		}
		return r, nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// The programs look for each other beside what a link points to.
		if path, err = filepath.EvalSymlinks(path); err == nil {
			if r, err := in(filepath.Dir(path)); err == nil {
				return r, nil
			}
		}
	}
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return release{}, err
	}
	var newest release
	for _, dir := range dirs {
		if r, err := in(dir); err == nil && r.major > newest.major {
			newest = r
		}
	}
	return newest, nil
}

var version = regexp.MustCompile(`\(PostgreSQL\) ([0-9]+)`)

// in is the release in a folder.
func in(dir string) (release, error) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return release{}, err
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return release{}, err
	}
	match := version.FindSubmatch(out)
	if match == nil {
		return release{}, fmt.Errorf("postgres --version says %q", out)
	}
	major, err := strconv.Atoi(string(match[1]))
	return release{dir: dir, major: major}, err
}

func TestFind(t *testing.T) {
	program := func(dir, name, says string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho '"+says+"'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	for dir, says := range map[string]string{
		"9": "postgres (PostgreSQL) 9.6.24", "15": "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "16": "postgres (PostgreSQL) 16.9",
		"path": "postgres (PostgreSQL) 14.2", "odd": "nothing",
	} {
		program(filepath.Join(root, dir, "bin"), "initdb", "")
		program(filepath.Join(root, dir, "bin"), "postgres", says)
	}
	program(filepath.Join(root, "17", "bin"), "postgres", "postgres (PostgreSQL) 17.1")
	at := func(dir string) string { return filepath.Join(root, dir, "bin") }
	for name, c := range map[string]struct {
		named, path, pattern string
		want                 release
		fails                bool
	}{
		"named":                  {named: at("9"), path: at("path"), pattern: at("[0-9]*"), want: release{at("9"), 9}},
		"named without initdb":   {named: at("17"), path: at("path"), pattern: at("[0-9]*"), fails: true},
		"named without version":  {named: at("odd"), path: at("path"), pattern: at("[0-9]*"), fails: true},
		"on PATH":                {path: at("path"), pattern: at("[0-9]*"), want: release{at("path"), 14}},
		"on PATH without initdb": {path: at("17"), pattern: at("[0-9]*"), want: release{at("16"), 16}},
		"newest":                 {pattern: at("[0-9]*"), want: release{at("16"), 16}},
		"none":                   {pattern: at("none*")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", c.path+":/bin")
			got, err := find(c.named, c.pattern)
			if (err != nil) != c.fails || got != c.want {
				t.Errorf("found %v, %v; want %v", got, err, c.want)
			}
		})
	}
}
