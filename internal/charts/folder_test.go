package charts

import (
	"os"
	"testing"
)

// The digest is what the documentation says, computed by other means, and is
// not that of another folder.
func TestFolderDigest(t *testing.T) {
	files := map[string]string{
		"charts/a/Chart.yaml": "name: a\n", "charts/a/.helmignore": "*.md\n", "charts/a/README.md": "x",
		"charts/a/templates/a.yaml": "x", "charts/a/templates/NOTES.txt": "", "charts/a/templates/.hidden": "x",
	}
	digest := func(t *testing.T) string {
		t.Helper()
		d, err := openDisk(".")
		if err != nil {
			t.Fatal(err)
		}
		defer d.close()
		_, digest, err := d.folder("charts/a")
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	within(t, files)
	const want = "sha256:79954787a967f570baca3a0720bb398477943661fb428c557f4c385f46afc1d8"
	if got := digest(t); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	for name, change := range map[string]func() error{
		"mode":         func() error { return os.Chmod("charts/a/Chart.yaml", 0o600) },
		"empty folder": func() error { return os.Mkdir("charts/a/empty", 0o755) },
		"ignored":      func() error { return os.WriteFile("charts/a/CHANGES.md", nil, 0o600) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if got := digest(t); got != want {
			t.Errorf("%s changes the digest", name)
		}
	}
	for name, change := range map[string]func() error{
		"content": func() error { return os.WriteFile("charts/a/Chart.yaml", []byte("name: b\n"), 0o600) },
		"name":    func() error { return os.Rename("charts/a/templates/a.yaml", "charts/a/templates/b.yaml") },
	} {
		before := digest(t)
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if digest(t) == before {
			t.Errorf("%s does not change the digest", name)
		}
	}
}
