package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ours makes a file of atticgen's.
func ours(body string) string { return Header + ". DO NOT EDIT.\n" + body + "\n" }

// render makes a tree of files of ours.
func render(t *testing.T, bodies map[string]string) *Tree {
	t.Helper()
	tr := New()
	for path, body := range bodies {
		if err := tr.Add(path, []byte(ours(body))); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

// onDisk writes files below root, with a time long past so that a touched file
// shows. A path that ends in "/" is a folder; content "-> x" makes a symlink to x.
func onDisk(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		full := filepath.Join(root, path)
		must(t, os.MkdirAll(filepath.Dir(full), 0o755))
		target, isLink := strings.CutPrefix(content, "-> ")
		switch {
		case strings.HasSuffix(path, "/"):
			must(t, os.MkdirAll(full, 0o755))
		case isLink:
			must(t, os.Symlink(target, full))
		default:
			must(t, os.WriteFile(full, []byte(content), 0o640))
		}
	}
	long := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	must(t, filepath.WalkDir(root, func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.Type() == fs.ModeSymlink {
			return err
		}
		return os.Chtimes(path, long, long)
	}))
}

// contents returns what is below root: the content of files, "-> x" for symlinks
// and "" for folders, which end in "/".
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	walk(t, root, func(path string, _ fs.FileInfo, content string) { found[path] = content })
	return found
}

// traces returns what is below root with mode and time of everything.
func traces(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	walk(t, root, func(path string, info fs.FileInfo, content string) {
		found[path] = fmt.Sprintf("%v %v %q", info.Mode(), info.ModTime().UTC(), content)
	})
	return found
}

func walk(t *testing.T, root string, visit func(path string, info fs.FileInfo, content string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, item fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := item.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch info.Mode().Type() {
		case fs.ModeDir:
			visit(rel+"/", info, "")
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			visit(rel, info, "-> "+target)
			return err
		default:
			data, err := os.ReadFile(path)
			visit(rel, info, string(data))
			return err
		}
		return nil
	})
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func plan(t *testing.T, dir string, tr *Tree) *Plan {
	t.Helper()
	p, err := NewPlan(dir, tr)
	must(t, err)
	return p
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// says checks an error's text against a regular expression, and that it is fit
// for a terminal.
func says(t *testing.T, err error, pattern string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", pattern)
	}
	if !regexp.MustCompile(pattern).MatchString(err.Error()) {
		t.Errorf("error is %q; want it to say %q", err, pattern)
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' && r != '\n' }) {
		t.Errorf("error %q has a control character", err)
	}
}

// faultyDisk is a disk on which the operations that fault picks fail. Half of a
// failed write, and a part of a failed removal, is done all the same. It skips
// the wait for the disk, which these tests do not need.
type faultyDisk struct {
	osDisk
	fault      func(n int, op string) error
	calls      int
	noExchange bool
}

func (d *faultyDisk) step(op string) error {
	d.calls++
	if d.fault == nil {
		return nil
	}
	if err := d.fault(d.calls, op); err != nil {
		return &fs.PathError{Op: op, Path: "/hidden/path", Err: err}
	}
	return nil
}

func (d *faultyDisk) lstat(path string) (fs.FileInfo, error) {
	if err := d.step("lstat"); err != nil {
		return nil, err
	}
	return d.osDisk.lstat(path)
}

func (d *faultyDisk) readDir(path string) ([]fs.DirEntry, error) {
	if err := d.step("readDir"); err != nil {
		return nil, err
	}
	return d.osDisk.readDir(path)
}

func (d *faultyDisk) readlink(path string) (string, error) {
	if err := d.step("readlink"); err != nil {
		return "", err
	}
	return d.osDisk.readlink(path)
}

func (d *faultyDisk) readOwned(path string, whole bool) ([]byte, bool, error) {
	if err := d.step("readOwned"); err != nil {
		return nil, false, err
	}
	return d.osDisk.readOwned(path, whole)
}

func (d *faultyDisk) mkdir(path string) error {
	if err := d.step("mkdir"); err != nil {
		return err
	}
	return d.osDisk.mkdir(path)
}

func (d *faultyDisk) writeFile(path string, data []byte) error {
	err := d.step("writeFile")
	if err != nil {
		data = data[:len(data)/2]
	}
	return errors.Join(err, os.WriteFile(path, data, 0o644))
}

func (d *faultyDisk) copyFile(from, to string) error {
	if err := d.step("copyFile"); err != nil {
		return err
	}
	return d.osDisk.copyFile(from, to)
}

func (d *faultyDisk) link(from, to string) error {
	if err := d.step("link"); err != nil {
		return err
	}
	return d.osDisk.link(from, to)
}

func (d *faultyDisk) symlink(target, path string) error {
	if err := d.step("symlink"); err != nil {
		return err
	}
	return d.osDisk.symlink(target, path)
}

func (d *faultyDisk) chmod(path string, mode fs.FileMode) error {
	if err := d.step("chmod"); err != nil {
		return err
	}
	return d.osDisk.chmod(path, mode)
}

func (d *faultyDisk) syncDir(string) error { return d.step("syncDir") }

func (d *faultyDisk) rename(from, to string) error {
	if err := d.step("rename"); err != nil {
		return err
	}
	return d.osDisk.rename(from, to)
}

func (d *faultyDisk) exchange(a, b string) error {
	if d.noExchange {
		return errors.ErrUnsupported
	}
	if err := d.step("exchange"); err != nil {
		return err
	}
	return d.osDisk.exchange(a, b)
}

func (d *faultyDisk) remove(path string) error {
	if err := d.step("remove"); err != nil {
		return err
	}
	return d.osDisk.remove(path)
}

func (d *faultyDisk) removeAll(path string) error {
	if err := d.step("removeAll"); err != nil {
		if list, readErr := os.ReadDir(path); readErr == nil && len(list) > 0 {
			return errors.Join(err, os.RemoveAll(filepath.Join(path, list[0].Name())))
		}
		return err
	}
	return d.osDisk.removeAll(path)
}

func (d *faultyDisk) tryLock(dir string) (func(), error) {
	if err := d.step("tryLock"); err != nil {
		return nil, err
	}
	return d.osDisk.tryLock(dir)
}
