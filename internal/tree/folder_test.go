package tree

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func folder(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func commitFolder(f *Folder, files map[string][]byte) error {
	p, err := f.Plan(files)
	if err != nil {
		return err
	}
	return Commit(context.Background(), []*Plan{p})
}

func TestAFolderIsChangedAsAWhole(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"secrets/a.yaml": "a", "secrets/ns/old.yaml": "old", "secrets/link": "-> a.yaml"})
	dir := filepath.Join(root, "secrets")
	f := folder(t, dir)
	files := f.Files()
	files["ns/new.yaml"] = []byte("new")
	delete(files, "ns/old.yaml")
	must(t, commitFolder(f, files))
	same(t, dir, map[string]string{"./": "", "ns/": "", "a.yaml": "a", "ns/new.yaml": "new", "link": "-> a.yaml"}, contents(t, dir))
	noTemporaries(t, root)
}

func TestAFolderThatIsNotThereIsMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "secrets")
	must(t, commitFolder(folder(t, dir), map[string][]byte{"a": []byte("a")}))
	same(t, dir, map[string]string{"./": "", "a": "a"}, contents(t, dir))
}

// Of two who read the same, one writes, and the other is told.
func TestTheSecondOfTwoIsRefused(t *testing.T) {
	for name, before := range map[string]map[string]string{"new": {"x": ""}, "changed": {"secrets/a": "a"}} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			onDisk(t, root, before)
			dir := filepath.Join(root, "secrets")
			first, second := folder(t, dir), folder(t, dir)
			must(t, commitFolder(first, map[string][]byte{"a": []byte("1")}))
			if err := commitFolder(second, map[string][]byte{"a": []byte("2")}); !errors.Is(err, ErrChanged) {
				t.Errorf("got %v, want ErrChanged", err)
			}
			same(t, dir, map[string]string{"./": "", "a": "1"}, contents(t, dir))
		})
	}
}

func TestAFolderOfOtherThingsIsRefused(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"secrets/link": "-> elsewhere", "there": "-> secrets"})
	if _, err := Read(filepath.Join(root, "there")); err == nil || !strings.Contains(err.Error(), "is a symlink") {
		t.Errorf("a symlink: %v", err)
	}
	f := folder(t, filepath.Join(root, "secrets"))
	for name, files := range map[string]map[string][]byte{
		"in the way": {"link": []byte("x")}, "outside": {"../x": []byte("x")}, "none": {}, "clash": {"a": nil, "A": nil},
	} {
		if err := commitFolder(f, files); err == nil {
			t.Errorf("%s: is taken", name)
		}
	}
	must(t, os.WriteFile(filepath.Join(root, "secrets", "large"), make([]byte, mostRead+1), 0o600))
	if _, err := Read(filepath.Join(root, "secrets")); err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") {
		t.Errorf("a large file: %v", err)
	}
}
