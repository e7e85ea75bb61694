package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlace(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	onDisk(t, root, map[string]string{"real/env/sub/": "", "link": "-> real/env"})
	t.Chdir(filepath.Join(root, "real"))
	for given, want := range map[string]struct{ real, file, parent string }{
		"env":                {"real/env", "env/x", "."},
		"./env//":            {"real/env", "./env/x", "."},
		"env/sub/":           {"real/env/sub", "env/sub/x", "env"},
		"../link/sub":        {"real/env/sub", "../link/sub/x", "../link"},
		"../link/../env":     {"real/env", "../link/../env/x", "../link/.."},
		".":                  {"real", "./x", root},
		"env/sub/..":         {"real/env", "env/sub/../x", root + "/real"},
		"..":                 {"", "../x", filepath.Dir(root)},
		"new/deep/env":       {"real/new/deep/env", "new/deep/env/x", "new/deep"},
		root + "/link/sub":   {"real/env/sub", root + "/link/sub/x", root + "/link"},
		"with\x1bescape/env": {"real/with\x1bescape/env", `"with\x1bescape/env/x"`, `"with\x1bescape"`},
	} {
		t.Run(given, func(t *testing.T) {
			at, err := locate(given)
			must(t, err)
			same(t, "real", filepath.Join(root, want.real), at.real)
			same(t, "file", filepath.FromSlash(want.file), at.show("x"))
			same(t, "parent", filepath.FromSlash(want.parent), at.showParent())
			same(t, "sibling", filepath.Base(at.real), strings.TrimSuffix(filepath.Base(at.showSibling(at.real)), `"`))
		})
	}
}

func TestPlaceWithoutWorkingDirectory(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	must(t, os.Mkdir(gone, 0o755))
	t.Chdir(gone)
	must(t, os.Remove(gone))
	_, err := locate("env")
	says(t, err, "^env: cannot be found: ")
	// An absolute path needs no working directory.
	env := filepath.Join(t.TempDir(), "env")
	must(t, Commit(t.Context(), []*Plan{plan(t, env, render(t, map[string]string{"x": ""}))}))
}
