package overlay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

func TestOverlays(t *testing.T) {
	empty := "generators: []\n"
	r := repo(t, files{
		"overlays/b/kustomization.yaml":          empty,
		"overlays/a/kustomization.yml":           empty,
		"overlays/c/Kustomization":               empty,
		"overlays/both/kustomization.yaml":       empty,
		"overlays/both/kustomization.yml":        empty,
		"overlays/link":                          "-> b",
		"overlays/broken":                        "-> nowhere",
		"overlays/README.md":                     "what these are\n",
		"overlays/notes/todo.txt":                "",
		"overlays/case/kustomization.YAML":       empty,
		"overlays/group/east/kustomization.yaml": empty,
		"elsewhere/kustomization.yaml":           empty,
	})
	got, err := r.Overlays()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"overlays/a", "overlays/b", "overlays/both", "overlays/c", "overlays/link"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoOverlays(t *testing.T) {
	for name, c := range map[string]struct {
		files files
		want  string
	}{
		"no folder":     {files{"base/a.yaml": ""}, "overlays: error: is not there; run atticgen where base and overlays are"},
		"a file":        {files{"overlays": ""}, "overlays: error: cannot be read: not a directory"},
		"empty folder":  {files{"overlays/a/b": ""}, "overlays: error: has no overlay; make a folder with a kustomization.yaml"},
		"a broken link": {files{"overlays": "-> nowhere"}, "overlays: error: is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, c.files)
			_, err := r.Overlays()
			refused(t, r, asList(err), c.want)
		})
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, files{"file": "", "real/overlays/a/kustomization.yaml": "", "link": "-> real"})
	if _, err := Open(filepath.Join(dir, "link")); err != nil {
		t.Errorf("a link to a repository: %v", err)
	}
	_, err := Open(filepath.Join(dir, "nowhere"))
	var list diag.List
	if !errors.As(err, &list) || !strings.Contains(list.Error(), "is not there; name an existing folder with --root") {
		t.Errorf("error is %v", err)
	}
}

func TestRel(t *testing.T) {
	r := repo(t, files{
		"overlays/a/kustomization.yaml": "",
		"overlays/link":                 "-> a",
		"links":                         "-> overlays",
		"file":                          "",
	})
	t.Chdir(r.resolved)
	beside := filepath.Join(filepath.Dir(r.resolved), "beside")
	if err := os.Mkdir(beside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(r.resolved, filepath.Join(beside, "repo")); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{
		"overlays/a":                      "overlays/a",
		"overlays/a/":                     "overlays/a",
		"./overlays//a/.":                 "overlays/a",
		"overlays/../overlays/a":          "overlays/a",
		"links/a":                         "overlays/a",
		"overlays/link":                   "overlays/link",
		filepath.Join(r.resolved, "file"): "file",
		filepath.Join(beside, "repo", "overlays", "a"): "overlays/a",
	} {
		if got, err := r.Rel(given); err != nil || got != want {
			t.Errorf("Rel(%q) = %q, %v; want %q", given, got, err, want)
		}
	}
	for given, want := range map[string]string{
		".":               "is the repository itself; name the folder of an overlay",
		"":                "is the repository itself",
		r.resolved:        "is the repository itself",
		"..":              "is outside the repository",
		"../beside":       "is outside the repository",
		"/":               "is outside the repository",
		"overlays/b":      "is not there; name the folder of an overlay, one of overlays/a, overlays/link",
		"file/a":          "cannot be read: not a directory",
		"over\x1b[2Jlays": `over\x1b[2Jlays: error: is not there`,
	} {
		_, err := r.Rel(given)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Rel(%q): %v; want %q", given, err, want)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		files files
		want  string
	}{
		"no kustomization":            {files{"overlays/a/cache.yaml": spec("one")}, "overlays/a: error: has no kustomization.yaml; write one that names the specs under generators"},
		"no folder":                   {files{"overlays/b/a": ""}, "overlays/a: error: is not there; name the folder of an overlay"},
		"a folder as kustomization":   {files{"overlays/a/kustomization.yaml/a": ""}, "overlays/a/kustomization.yaml: error: is not a file; name a YAML file"},
		"a broken link":               {files{"overlays/a/kustomization.yaml": "generators: [a.yaml]", "overlays/a/a.yaml": "-> b.yaml"}, `overlays/a/kustomization.yaml:1:14: error: names "a.yaml", which is not there`},
		"a link to itself":            {files{"overlays/a/kustomization.yaml": "generators: [a.yaml]", "overlays/a/a.yaml": "-> a.yaml"}, "overlays/a/a.yaml: error: cannot be read: "},
		"a file as a folder":          {files{"overlays/a/kustomization.yaml": "generators: [a.yaml/b.yaml]", "overlays/a/a.yaml": ""}, `names "a.yaml/b.yaml", which is not there`},
		"a name that is too long":     {files{"overlays/a/kustomization.yaml": "generators: [" + strings.Repeat("x", 300) + "]"}, "file name too long"},
		"a name with an escape":       {files{"overlays/a/kustomization.yaml": `generators: ["\e[2J.yaml"]`}, `names "\x1b[2J.yaml", which is not there`},
		"an escape in a file name":    {files{"overlays/a/kustomization.yaml": `generators: ["\e[2J.yaml"]`, "overlays/a/\x1b[2J.yaml": "kind: x\n"}, `overlays/a/\x1b[2J.yaml`},
		"too long":                    {files{"overlays/a/kustomization.yaml": "generators: [a.yaml]", "overlays/a/a.yaml": "#" + strings.Repeat(" ", load.MaxBytes)}, "overlays/a/a.yaml: error: has 1048577 bytes, more than the 1048576 that are read"},
		"a resource that is too long": {files{"overlays/a/kustomization.yaml": "resources: [a.yaml]", "overlays/a/a.yaml": "#" + strings.Repeat(" ", load.MaxBytes)}, "overlays/a/a.yaml: error: has 1048577 bytes"},
		"an empty kustomization":      {files{"overlays/a/kustomization.yaml": ""}, "overlays/a/kustomization.yaml: error: is not one kustomization; write one document with kind: Kustomization"},
		"two documents":               {files{"overlays/a/kustomization.yaml": "generators: [a]\n---\nresources: [b]\n"}, "is not one kustomization"},
		"a list":                      {files{"overlays/a/kustomization.yaml": "[generators]"}, "is not one kustomization"},
		"an alias":                    {files{"overlays/a/kustomization.yaml": "generators: &a [x]\nresources: *a\n"}, "overlays/a/kustomization.yaml:1:13: error: the anchor &a is not supported"},
		"twice the same field":        {files{"overlays/a/kustomization.yaml": "generators: [x]\ngenerators: [y]\n"}, `overlays/a/kustomization.yaml:2:1: error: the key "generators" is already at line 1`},
		"a field in capitals":         {files{"overlays/a/kustomization.yaml": "generators: [x]\nRESOURCES: [y]\n"}, `overlays/a/kustomization.yaml:2:1: error: has the field "RESOURCES" in another case; write resources`},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, c.files)
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, c.want)
		})
	}
}

// Links are resolved before ".." is, as the system and kustomize do it.
func TestLinksWithinTheRepository(t *testing.T) {
	r := repo(t, files{
		"overlays/a":                           "-> ../shared/deep/a",
		"shared/deep/a/kustomization.yaml":     "generators: [../specs]\n",
		"shared/deep/specs/kustomization.yaml": "resources: [../../base]\n",
		"shared/base/kustomization.yaml":       "resources: [link.yaml]\n",
		"shared/base/link.yaml":                "-> sub/cache.yaml",
		"shared/base/sub/cache.yaml":           spec("one"),
	})
	fast := build(t, r, "overlays/a", Options{})
	if diff := cmp.Diff(build(t, r, "overlays/a", Options{Kustomize: true}), fast); diff != "" {
		t.Errorf("(-kustomize +in process):\n%s", diff)
	}
}
