package charts

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

func TestStore(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	own := map[string]string{
		"Chart.yaml": chartYAML("own", "1.0.0"), "templates/a.yaml": "\ufeffa: 1\n", "templates/.secret": "x", "notes.md": "x", ".helmignore": "*.md\n",
	}
	files := map[string]string{"charts/demo-1.2.3.tgz": string(archive)}
	for name, content := range own {
		files["charts/own/"+name] = content
	}
	ownDigest := digestOf([]helmchart.File{
		{Name: ".helmignore", Data: []byte("*.md\n")},
		{Name: "Chart.yaml", Data: []byte(chartYAML("own", "1.0.0"))},
		{Name: "templates/a.yaml", Data: []byte("\ufeffa: 1\n")},
	})
	files["charts.lock"] = lockOf(Entry{"demo", "https://example.com", "1.2.3", sum(archive)}, Entry{"own", "", "1.0.0", ownDigest})
	within(t, files)
	store, err := Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	cases := map[string]struct {
		ref  v1alpha1.ChartRef
		want []string
	}{
		"archive":                 {v1alpha1.ChartRef{Name: "demo", Version: "1.2.3", Repository: "https://example.com"}, []string{"Chart.yaml", "templates/map.yaml", "values.yaml"}},
		"a slash makes no odds":   {v1alpha1.ChartRef{Name: "demo", Version: "1.2.3", Repository: "https://example.com/"}, []string{"Chart.yaml", "templates/map.yaml", "values.yaml"}},
		"folder, as Helm sees it": {v1alpha1.ChartRef{Name: "own", Version: "1.0.0"}, []string{".helmignore", "Chart.yaml", "templates/a.yaml"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() {
					files, err := store.Chart(c.ref)
					var got []string
					for _, f := range files {
						got = append(got, f.Name)
						if strings.HasPrefix(string(f.Data), "\ufeff") {
							t.Errorf("%s has a byte order mark", f.Name)
						}
					}
					if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
						t.Errorf("%v\n%s", err, diff)
					}
				})
			}
			wait.Wait()
		})
	}
}

func TestStoreRefuses(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	demo := v1alpha1.ChartRef{Name: "demo", Version: "1.2.3", Repository: "https://example.com"}
	own := v1alpha1.ChartRef{Name: "own", Version: "1.0.0"}
	locked := func(digest string) string { return lockOf(Entry{"demo", "https://example.com", "1.2.3", digest}) }
	ownLocked := lockOf(Entry{"own", "", "1.0.0", someDigest})
	cases := map[string]struct {
		files map[string]string
		links map[string]string
		ref   v1alpha1.ChartRef
		want  string
	}{
		"no lock": {
			ref:  demo,
			want: "charts.lock: error: is not there, and demo 1.2.3 of https://example.com must be pinned in it; run atticgen chart pull demo",
		},
		"no entry": {
			files: map[string]string{"charts.lock": lockOf(Entry{"demo", "https://example.com", "1.2.2", ""})}, ref: demo,
			want: "charts.lock: error: has no entry for demo 1.2.3 of https://example.com, only for demo 1.2.2 of https://example.com; run atticgen chart pull demo",
		},
		"no digest": {
			files: map[string]string{"charts.lock": locked("")}, ref: demo,
			want: "charts.lock:6:5: error: has no digest for demo 1.2.3, so it is not pinned; run atticgen chart pull demo",
		},
		"no archive": {
			files: map[string]string{"charts.lock": locked(someDigest)}, ref: demo,
			want: "charts/demo-1.2.3.tgz: error: is not there; commit it, or run atticgen chart pull demo",
		},
		"changed archive": {
			files: map[string]string{"charts.lock": locked(someDigest), "charts/demo-1.2.3.tgz": string(archive)}, ref: demo,
			want: "charts/demo-1.2.3.tgz: error: has the digest " + sum(archive) + ", charts.lock pins " + someDigest +
				": a chart never changes under the same version; restore the file, or raise the version",
		},
		"archive too large": {
			files: map[string]string{"charts.lock": locked(someDigest), "charts/demo-1.2.3.tgz": strings.Repeat("x", maxArchive+1)}, ref: demo,
			want: "charts/demo-1.2.3.tgz: error: has more than the 20971520 bytes that are read; check that it is the right file",
		},
		"archive is a folder": {
			files: map[string]string{"charts.lock": locked(someDigest), "charts/demo-1.2.3.tgz/x": ""}, ref: demo,
			want: "charts/demo-1.2.3.tgz: error: is not a file; put a file there, or move it away",
		},
		"archive is a link": {
			files: map[string]string{"charts.lock": locked(sum(archive)), "real.tgz": string(archive), "charts/x": ""}, ref: demo,
			links: map[string]string{"charts/demo-1.2.3.tgz": "../real.tgz"},
			want:  "charts/demo-1.2.3.tgz: error: is a symbolic link; put the file or folder itself there",
		},
		"charts is a link": {
			files: map[string]string{"charts.lock": locked(sum(archive)), "real/demo-1.2.3.tgz": string(archive)}, ref: demo,
			links: map[string]string{"charts": "real"},
			want:  "charts: error: is a symbolic link; put the file or folder itself there",
		},
		"no chart": {
			files: map[string]string{"charts.lock": locked(sum([]byte("x"))), "charts/demo-1.2.3.tgz": "x"}, ref: demo,
			want: "charts/demo-1.2.3.tgz: error: is not a gzip archive; a packaged chart is a .tgz file, as helm package writes it",
		},
		"no folder": {
			files: map[string]string{"charts.lock": ownLocked}, ref: own,
			want: "charts/own: error: is not there; put the folder of the chart there, or write the repository of the chart",
		},
		"folder is a file": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own": ""}, ref: own,
			want: "charts/own: error: is not a folder; put the folder of the chart there",
		},
		"changed folder": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own/Chart.yaml": chartYAML("own", "1.0.0")}, ref: own,
			want: "charts/own: error: has the digest " + digestOf([]helmchart.File{{Name: "Chart.yaml", Data: []byte(chartYAML("own", "1.0.0"))}}) + ", charts.lock pins " + someDigest +
				": a chart never changes under the same version; restore the folder, or raise the version in its Chart.yaml and where specs name it, and run atticgen chart pull own",
		},
		"link in a folder": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own/Chart.yaml": ""}, ref: own,
			links: map[string]string{"charts/own/values.yaml": "../../charts.lock"},
			want:  "charts/own/values.yaml: error: is a symbolic link; put the file itself there, or name it in .helmignore",
		},
		"large file in a folder": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own/values.yaml": strings.Repeat("x", maxFile+1)}, ref: own,
			want: "charts/own/values.yaml: error: has more than the 5242880 bytes that are read; check that it is the right file",
		},
		"deep folder": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own/" + strings.Repeat("a/", maxDepth+1) + "x": ""}, ref: own,
			want: "charts/own/" + strings.TrimSuffix(strings.Repeat("a/", maxDepth+1), "/") + ": error: is nested more than 32 folders deep; nest it less deeply",
		},
		"bad .helmignore": {
			files: map[string]string{"charts.lock": ownLocked, "charts/own/.helmignore": "a/**\n"}, ref: own,
			want: "charts/own/.helmignore: error: cannot be read: double-star (**) syntax is not supported; correct the pattern",
		},
		"traversal": {
			files: map[string]string{"charts.lock": ownLocked}, ref: v1alpha1.ChartRef{Name: "../own", Version: "1.0.0"},
			want: `error: chart.name: is "../own", which is not the name of a chart; use lower-case letters, digits, hyphens, underscores and single dots, starting and ending with a letter or digit`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			within(t, c.files)
			for link, target := range c.links {
				if err := os.Symlink(target, filepath.FromSlash(link)); err != nil {
					t.Fatal(err)
				}
			}
			store, err := Open(".")
			if err != nil {
				t.Fatal(err)
			}
			files, err := store.Chart(c.ref)
			wantError(t, err, "HOST", c.want)
			if files != nil {
				t.Error("there are files all the same")
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	within(t, map[string]string{"a/charts.lock": "kind: X\n", "b/real": ""})
	if err := os.Symlink("real", "b/charts.lock"); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"a":    "a/charts.lock:1:1: error: apiVersion: is \"\"; write atticgen.dev/v1alpha1\na/charts.lock:1:7: error: kind: is \"X\"; write ChartLock",
		"b":    "b/charts.lock: error: is a symbolic link; put the file or folder itself there",
		"none": "none: error: is not there; name an existing folder with --root",
	} {
		_, err := Open(dir)
		wantError(t, err, "HOST", want)
	}
}

func TestValues(t *testing.T) {
	dir := within(t, map[string]string{
		"repo/base/values.yaml": "a: 1\n", "repo/base/large.yaml": strings.Repeat("x", 1<<20+1), "outside.yaml": "secret: x\n",
	})
	for link, target := range map[string]string{
		"repo/inside.yaml": "base/values.yaml", "repo/out.yaml": "../outside.yaml", "repo/abs.yaml": filepath.Join(dir, "outside.yaml"), "repo/up": "..",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	store, err := Open("repo")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"base/values.yaml", "inside.yaml", "./base/values.yaml"} {
		if data, err := store.Values(path); err != nil || string(data) != "a: 1\n" {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	for path, want := range map[string]string{
		"../outside.yaml":                 "../outside.yaml: error: is not below the folder with charts.lock; ",
		"/etc/passwd":                     "/etc/passwd: error: is not below the folder with charts.lock; ",
		"":                                "error: is not below the folder with charts.lock; ",
		"base":                            "repo/base: error: is not a file; ",
		"none.yaml":                       "repo/none.yaml: error: is not there; ",
		"out.yaml":                        "repo/out.yaml: error: leads over a symbolic link out of the folder with charts.lock; ",
		"abs.yaml":                        "repo/abs.yaml: error: leads over a symbolic link out of the folder with charts.lock; ",
		"up/outside.yaml":                 "repo/up/outside.yaml: error: leads over a symbolic link out of the folder with charts.lock; ",
		"base/large.yaml":                 "repo/base/large.yaml: error: has more than the 1048576 bytes that are read; ",
		"base/\x00":                       `repo/base/\x00: error: cannot be read: invalid argument; `,
		"base/../../repo/../outside.yaml": "base/../../repo/../outside.yaml: error: is not below the folder with charts.lock; ",
	} {
		_, err := store.Values(path)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), dir) {
			t.Errorf("%q: got %v, want %s", path, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	dir := within(t, map[string]string{"repo/charts.lock": "", "repo/overlays/staging/cache/x": "", "repo/nested/charts.lock/x": ""})
	t.Chdir(filepath.Join(dir, "repo/overlays/staging"))
	for from, want := range map[string]string{".": "../..", "cache": "../..", "../..": "../..", "../../nested": "../.."} {
		root, ok := Find(from)
		if filepath.ToSlash(filepath.Clean(root)) != want || !ok {
			t.Errorf("%s: %q, %v", from, root, ok)
		}
	}
	if root, ok := Find(t.TempDir()); ok {
		t.Errorf("found one where there is none: %s", root)
	}
}
