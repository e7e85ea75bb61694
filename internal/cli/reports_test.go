package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A report is there whole, or what was there before is.
func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	check := func(want string) {
		t.Helper()
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%q, %v", got, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 2 {
			t.Errorf("something is left: %v", entries)
		}
	}
	for _, text := range []string{"one", "two"} {
		if err := replaceFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		check(text)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// What a link leads to is replaced, not the link.
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink("report.json", link); err != nil {
		t.Skip(err)
	}
	if err := replaceFile(link, []byte("three")); err != nil {
		t.Fatal(err)
	}
	check("three")
	if target, err := os.Readlink(link); err != nil || target != "report.json" {
		t.Errorf("%s, %v", target, err)
	}
	for name, want := range map[string]string{
		dir:                                    "it is a folder",
		filepath.Join(dir, "no-such", "a.xml"): "no such file or directory",
		filepath.Join(name, "a.xml"):           "not a directory",
	} {
		if err := replaceFile(name, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("three")
}

// One file is one, whatever it is called.
func TestSameFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, c := range [][2]string{{"a", "./b/../a"}, {"a", filepath.Join(dir, "a")}} {
		if !sameFile(c[0], c[1]) {
			t.Errorf("%v", c)
		}
	}
	if sameFile("a", "b") {
		t.Error("a is b")
	}
	if err := os.WriteFile("a", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", "link"); err != nil {
		t.Skip(err)
	}
	var files reportFiles
	if err := files.Set("json=a"); err != nil {
		t.Fatal(err)
	}
	if err := files.Set("junit=link"); err == nil {
		t.Error("the link was taken for another file")
	}
}
