package tree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestCommit(t *testing.T) {
	root := t.TempDir()
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{
		"same.yaml":              ours("same"),
		"cache/api.yaml":         ours("old"),
		"cache/stale.yaml":       ours("stale"),
		"cache/README.md":        "by hand",
		"gone/deep/stale.yaml":   ours("stale"),
		"file-to-dir":            ours("stale"),
		"dir-to-file/x.yaml":     ours("stale"),
		"notes/private/todo.txt": "by hand",
		"notes/stale.yaml":       ours("stale"),
		"current":                "-> cache",
		"dangling":               "-> no/where",
		"empty/":                 "",
		"empty-to-file/":         "",
		"設定":                     "by hand",
	})
	must(t, os.Chmod(filepath.Join(env, "notes/private"), 0o700))
	must(t, os.Chmod(filepath.Join(env, "notes/private/todo.txt"), 0o400))
	before := traces(t, env)

	must(t, Commit(t.Context(), []*Plan{plan(t, env, render(t, map[string]string{
		"same.yaml":          "same",
		"cache/api.yaml":     "new",
		"cache/новый.yaml":   "new",
		"file-to-dir/x.yaml": "new",
		"dir-to-file":        "new",
		"empty-to-file":      "new",
		"-first/x":           "new",
	}))}))

	same(t, "disk", map[string]string{
		"./":                         "",
		"env/":                       "",
		"env/-first/":                "",
		"env/-first/x":               ours("new"),
		"env/same.yaml":              ours("same"),
		"env/cache/":                 "",
		"env/cache/api.yaml":         ours("new"),
		"env/cache/новый.yaml":       ours("new"),
		"env/cache/README.md":        "by hand",
		"env/file-to-dir/":           "",
		"env/file-to-dir/x.yaml":     ours("new"),
		"env/dir-to-file":            ours("new"),
		"env/notes/":                 "",
		"env/notes/private/":         "",
		"env/notes/private/todo.txt": "by hand",
		"env/current":                "-> cache",
		"env/dangling":               "-> no/where",
		"env/empty/":                 "",
		"env/empty-to-file":          ours("new"),
		"env/設定":                     "by hand",
	}, contents(t, root))
	after := traces(t, env)
	for _, kept := range []string{"same.yaml", "cache/README.md", "notes/private/todo.txt", "設定"} {
		same(t, kept, before[kept], after[kept])
	}
}

func TestCommitModes(t *testing.T) {
	root := t.TempDir()
	// What the umask makes of the modes is learned from the system.
	must(t, os.Mkdir(filepath.Join(root, "folder"), 0o755))
	must(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o644))
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{"old/x.yaml": ours("old"), "old/exec.sh": "by hand"})
	for path, mode := range map[string]fs.FileMode{".": fs.ModeSetgid | 0o775, "old": 0o555, "old/exec.sh": 0o750} {
		must(t, os.Chmod(filepath.Join(env, path), mode))
	}
	t.Cleanup(func() { must(t, os.Chmod(filepath.Join(env, "old"), 0o755)) })
	want := map[string]fs.FileMode{
		"env":             mode(t, filepath.Join(env)),
		"env/old":         mode(t, filepath.Join(env, "old")),
		"env/old/exec.sh": 0o750,
		"env/old/x.yaml":  mode(t, filepath.Join(root, "file")),
		"env/new":         mode(t, filepath.Join(root, "folder")),
		"env/new/y.yaml":  mode(t, filepath.Join(root, "file")),
	}
	must(t, Commit(t.Context(), []*Plan{plan(t, env, render(t, map[string]string{"old/x.yaml": "new", "new/y.yaml": ""}))}))
	got := map[string]fs.FileMode{}
	for path := range want {
		got[path] = mode(t, filepath.Join(root, path))
	}
	same(t, "modes", want, got)
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info.Mode() & modeBits
}

func TestCommitWithoutChangesTouchesNothing(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"env/a.yaml": ours("a"), "env/README": "by hand"})
	before := traces(t, root)
	d := &faultyDisk{}
	must(t, commit(t.Context(), d, []*Plan{plan(t, filepath.Join(root, "env"), render(t, map[string]string{"a.yaml": "a"}))}))
	must(t, commit(t.Context(), d, nil))
	if d.calls > 0 {
		t.Errorf("%d operations; want none", d.calls)
	}
	same(t, "disk", before, traces(t, root))
}

func TestCommitWithoutLinks(t *testing.T) {
	root := t.TempDir()
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{"same.yaml": ours("same"), "run.sh": "by hand", "link": "-> run.sh"})
	must(t, os.Chmod(filepath.Join(env, "run.sh"), 0o751))
	onDisk(t, env, nil)
	before := traces(t, env)
	d := &faultyDisk{fault: func(_ int, op string) error {
		if op == "link" {
			return syscall.EPERM
		}
		return nil
	}}
	must(t, commit(t.Context(), d, []*Plan{plan(t, env, render(t, map[string]string{"same.yaml": "same", "new.yaml": ""}))}))
	after := traces(t, env)
	for _, kept := range []string{"same.yaml", "run.sh"} {
		same(t, kept, before[kept], after[kept])
	}
	same(t, "link", "-> run.sh", contents(t, env)["link"])
}

func TestCommitRefusesWhatSomebodyElseChanged(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(env string) error
		says   string
	}{
		"our file":      {func(env string) error { return os.WriteFile(env+"/a.yaml", []byte(ours("theirs")), 0o644) }, "env/a.yaml"},
		"foreign file":  {func(env string) error { return os.WriteFile(env+"/README", []byte("longer than before"), 0o644) }, "env/README"},
		"only its time": {func(env string) error { return os.Chtimes(env+"/README", time.Time{}, time.Unix(1, 2)) }, "env/README"},
		"only its mode": {func(env string) error { return os.Chmod(env+"/README", 0o600) }, "env/README"},
		"new file":      {func(env string) error { return os.WriteFile(env+"/b.yaml", []byte("by hand"), 0o644) }, "env/b.yaml"},
		"file gone":     {func(env string) error { return os.Remove(env + "/README") }, "env/README"},
		"file now link": {func(env string) error {
			return errors.Join(os.Remove(env+"/README"), os.Symlink("a.yaml", env+"/README"))
		}, "env/README"},
		"link elsewhere": {func(env string) error { return errors.Join(os.Remove(env+"/link"), os.Symlink("b", env+"/link")) }, "env/link"},
		"new folder":     {func(env string) error { return os.Mkdir(env+"/sub", 0o755) }, "env/sub"},
		"folder gone":    {os.RemoveAll, "env(/README)?"},
	} {
		for _, when := range []string{"before Commit", "while it builds", "after it built"} {
			t.Run(name+" "+when, func(t *testing.T) {
				root := t.TempDir()
				t.Chdir(root)
				onDisk(t, root, map[string]string{"env/a.yaml": ours("old"), "env/same.yaml": ours("same"), "env/README": "by hand", "env/link": "-> a"})
				p := plan(t, "env", render(t, map[string]string{"a.yaml": "new", "b.yaml": "", "same.yaml": "same"}))
				var changed map[string]string
				change := func() {
					must(t, tc.change(filepath.Join(root, "env")))
					changed = traces(t, filepath.Join(root, "env"))
				}
				if when == "before Commit" {
					change()
				}
				d := &faultyDisk{fault: func(_ int, op string) error {
					if changed == nil && (when == "while it builds" && op == "mkdir" || when == "after it built" && op == "syncDir") {
						change()
					}
					return nil
				}}
				err := commit(t.Context(), d, []*Plan{p})
				if !errors.Is(err, ErrChanged) {
					t.Fatalf("error is %v; want ErrChanged", err)
				}
				says(t, err, "^nothing was written: "+tc.says+": changed meanwhile; run again$")
				same(t, "disk", changed, traces(t, filepath.Join(root, "env")))
				noTemporaries(t, root)
			})
		}
	}
}

func noTemporaries(t *testing.T, root string) {
	t.Helper()
	for path := range contents(t, root) {
		if filepath.Base(path)[0] == '.' && path != "./" {
			t.Errorf("%s is left", path)
		}
	}
}

func TestCommitUsesAPlanOnce(t *testing.T) {
	env := filepath.Join(t.TempDir(), "env")
	p := plan(t, env, render(t, map[string]string{"a": ""}))
	must(t, Commit(t.Context(), []*Plan{p}))
	if err := Commit(t.Context(), []*Plan{p}); !errors.Is(err, ErrChanged) {
		t.Errorf("error is %v; want ErrChanged", err)
	}
}

func TestCommitAllOrNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	onDisk(t, ".", map[string]string{"a/x": ours("old"), "up/b/x": ours("old")})
	tr := render(t, map[string]string{"x": "new"})
	plans := []*Plan{plan(t, "a", tr), plan(t, "new/deep/c", tr), plan(t, "up/b", tr)}
	must(t, os.Rename("up", "aside"))
	must(t, os.WriteFile("up", []byte("a file now"), 0o644))
	before := traces(t, "a")

	err := Commit(t.Context(), plans)
	says(t, err, "^nothing was written: up.*: not a directory: a file is where a folder is needed")
	if !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("error %v is not ENOTDIR", err)
	}
	same(t, "a", before, traces(t, "a"))
	same(t, "new", map[string]string{}, contents(t, "new"))
	noTemporaries(t, ".")
}

func TestCommitRefusesOverlaps(t *testing.T) {
	for name, dirs := range map[string][2]string{
		"twice":        {"envs/a", "envs/../envs/a/"},
		"by a symlink": {"envs/a", "link/a"},
		"nested":       {"envs/a/b", "envs/a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			onDisk(t, ".", map[string]string{"envs/": "", "link": "-> envs"})
			before := traces(t, ".")
			tr := render(t, map[string]string{"x": ""})
			says(t, Commit(t.Context(), []*Plan{plan(t, dirs[0], tr), plan(t, dirs[1], tr)}), "^nothing was written: .* overlaps .*: give each")
			same(t, "disk", before, traces(t, "."))
		})
	}
}

func TestCommitRefusesTheWorkingDirectory(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"env/sub/": ""})
	for _, dir := range []string{".", "..", "../../env", filepath.Join(root, "env")} {
		t.Chdir(filepath.Join(root, "env/sub"))
		err := Commit(t.Context(), []*Plan{plan(t, dir, render(t, map[string]string{"x": ""}))})
		says(t, err, "the working directory is in this folder")
	}
	same(t, "disk", map[string]string{"./": "", "env/": "", "env/sub/": ""}, contents(t, root))
}

func TestCommitFollowsSymlinksAboveTheFolder(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"real/envs/a/x": ours("old"), "link": "-> real/envs"})
	t.Chdir(root)
	// The kernel walks link/.. to real, not back to where link is.
	for _, dir := range []string{"link/a", "link/../b", "link/a/.."} {
		t.Run(dir, func(t *testing.T) {
			p := plan(t, dir, render(t, map[string]string{"x": "new " + dir}))
			must(t, Commit(t.Context(), []*Plan{p}))
		})
	}
	same(t, "disk", map[string]string{
		"./": "", "link": "-> real/envs", "real/": "",
		"real/envs/": "", "real/envs/x": ours("new link/a/.."),
		"real/b/": "", "real/b/x": ours("new link/../b"),
	}, contents(t, root))
}

func TestCommitInReadOnlyParent(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root writes everywhere")
	}
	root := t.TempDir()
	onDisk(t, root, map[string]string{"up/env/x": ours("old")})
	must(t, os.Chmod(filepath.Join(root, "up"), 0o500))
	before := traces(t, root)
	err := Commit(t.Context(), []*Plan{plan(t, filepath.Join(root, "up/env"), render(t, map[string]string{"x": "new"}))})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v is not a permission error", err)
	}
	same(t, "disk", before, traces(t, root))
	must(t, os.Chmod(filepath.Join(root, "up"), 0o700))
}

func TestCommitsAtOnce(t *testing.T) {
	root := t.TempDir()
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{"README": "by hand", "x": ours("old"), "y": ours("old")})
	const runs = 8
	plans := make([]*Plan, runs)
	trees := make([]*Tree, runs)
	for i := range runs {
		body := string(rune('a' + i))
		trees[i] = render(t, map[string]string{"x": body, "y": body, "only-" + body: body})
		plans[i] = plan(t, env, trees[i])
	}
	errs := make([]error, runs)
	var group sync.WaitGroup
	for i := range runs {
		group.Go(func() { errs[i] = Commit(t.Context(), []*Plan{plans[i]}) })
	}
	group.Wait()
	var won []int
	for i, err := range errs {
		switch {
		case err == nil:
			won = append(won, i)
		case !errors.Is(err, ErrChanged):
			t.Errorf("run %d: %v", i, err)
		}
	}
	if len(won) != 1 {
		t.Fatalf("runs %v won; want one", won)
	}
	same(t, "changes left", []Change(nil), plan(t, env, trees[won[0]]).Changes())
	same(t, "foreign", "by hand", contents(t, env)["README"])
	noTemporaries(t, root)
}

func TestCommitWaitsForTheLock(t *testing.T) {
	root := t.TempDir()
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{"x": ours("old")})
	before := traces(t, env)
	unlock, err := osDisk{}.tryLock(root)
	must(t, err)

	tr := render(t, map[string]string{"x": "new"})
	p := plan(t, env, tr)
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	d := &faultyDisk{fault: func(_ int, op string) error {
		if op == "tryLock" {
			if tries++; tries == 2 {
				cancel()
			}
		}
		return nil
	}}
	err = commit(ctx, d, []*Plan{p})
	says(t, err, "^nothing was written: .*: another atticgen is writing here; wait for it and run again: context canceled$")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v is not the context's", err)
	}
	same(t, "disk", before, traces(t, env))

	tries = 0
	d.fault = func(_ int, op string) error {
		if op == "tryLock" {
			if tries++; tries == 2 {
				unlock()
			}
		}
		return nil
	}
	must(t, commit(t.Context(), d, []*Plan{p}))
	same(t, "changes left", []Change(nil), plan(t, env, tr).Changes())
}
