package tree

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mountable gives the test a mount namespace of its own, whose mounts go with
// it, and returns a function that mounts a memory filesystem.
func mountable(t *testing.T) (tmpfs func(path, options string)) {
	t.Helper()
	// The thread ends with the test, as it is never unlocked.
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
		t.Skipf("no mount namespace here: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Skipf("no mounts here: %v", err)
	}
	return func(path, options string) {
		t.Helper()
		must(t, os.MkdirAll(path, 0o755))
		if err := unix.Mount("atticgen", path, "tmpfs", 0, options); err != nil {
			t.Skipf("no tmpfs here: %v", err)
		}
		t.Cleanup(func() { must(t, unix.Unmount(path, unix.MNT_DETACH)) })
	}
}

func TestRealFullDisk(t *testing.T) {
	tmpfs := mountable(t)
	root := t.TempDir()
	tmpfs(root, "size=64k")
	env := filepath.Join(root, "env")
	onDisk(t, env, map[string]string{"x": ours("old"), "README": "by hand"})
	before := traces(t, env)
	big := strings.Repeat("big\n", 1000)
	tr := New()
	for name := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz", "") {
		must(t, tr.Add(name, []byte(ours(big))))
	}
	err := Commit(t.Context(), []*Plan{plan(t, env, tr)})
	says(t, err, `^nothing was written: .*/env/\w: cannot be written: no space left on device: free some space and run again$`)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v lost its cause", err)
	}
	same(t, "disk", before, traces(t, env))
	noTemporaries(t, root)
}

func TestRealReadOnlyFilesystem(t *testing.T) {
	tmpfs := mountable(t)
	root := t.TempDir()
	tmpfs(root, "")
	env := filepath.Join(root, "env")
	onDisk(t, root, map[string]string{"env/x": ours("old"), ".env" + stagedMark + "1/x": "left over"})
	must(t, unix.Mount("", root, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	before := traces(t, root)
	p := plan(t, env, render(t, map[string]string{"x": "new"})) // Reading goes well.
	err := Commit(t.Context(), []*Plan{p})
	says(t, err, "^nothing was written: .*read-only file system: choose a folder on a filesystem that can be written")
	if !errors.Is(err, syscall.EROFS) {
		t.Errorf("error %v lost its cause", err)
	}
	same(t, "disk", before, traces(t, root))
}

func TestRealMountPoints(t *testing.T) {
	for name, tc := range map[string]struct {
		mount    func(t *testing.T, root string, tmpfs func(path, options string))
		planSays string
		says     string
	}{
		"the folder": {
			mount: func(_ *testing.T, root string, tmpfs func(path, options string)) { tmpfs(root+"/env", "") },
			says:  "^nothing was written: .*/env: cannot be replaced: .*: a mount point, or a folder of a container image's layer, cannot be replaced",
		},
		"inside": {
			mount:    func(_ *testing.T, root string, tmpfs func(path, options string)) { tmpfs(root+"/env/sub", "") },
			planSays: "/env/sub: is a mount point, and would be lost when the folder is replaced: unmount it",
		},
		"inside, of the same filesystem": {
			mount: func(t *testing.T, root string, _ func(path, options string)) {
				onDisk(t, root, map[string]string{"elsewhere/precious": "by hand", "env/sub/": ""})
				must(t, unix.Mount(root+"/elsewhere", root+"/env/sub", "", unix.MS_BIND, ""))
				t.Cleanup(func() { must(t, unix.Unmount(root+"/env/sub", unix.MNT_DETACH)) })
			},
			says: "^nothing was written: .*/env/sub/precious: cannot be written: invalid cross-device link: a mount point",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tmpfs := mountable(t)
			root := t.TempDir()
			tc.mount(t, root, tmpfs)
			onDisk(t, root+"/env", map[string]string{"x": ours("old")})
			before := traces(t, root+"/env")
			p, err := NewPlan(root+"/env", render(t, map[string]string{"x": "new"}))
			if tc.planSays != "" {
				says(t, err, tc.planSays)
				return
			}
			must(t, err)
			says(t, Commit(t.Context(), []*Plan{p}), tc.says)
			same(t, "disk", before, traces(t, root+"/env"))
			noTemporaries(t, root)
		})
	}
}

func TestPlanRefusesSpecialFiles(t *testing.T) {
	for name, create := range map[string]func(path string) error{
		"pipe": func(path string) error { return unix.Mkfifo(path, 0o644) },
		"socket": func(path string) error {
			l, err := net.Listen("unix", path)
			if err == nil {
				t.Cleanup(func() { _ = l.Close() })
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			must(t, os.Mkdir("env", 0o755))
			must(t, create("env/x"))
			_, err := NewPlan("env", render(t, map[string]string{"a": ""}))
			says(t, err, "^env/x: is neither a file, a folder nor a symlink: move it out of the folder$")
		})
	}
}

// The swap in one step is what makes a kill harmless: it must not quietly fall
// back to renames where the system has it.
func TestRealExchange(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"a/x": "a", "b/x": "b"})
	err := osDisk{}.exchange(root+"/a", root+"/b")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this filesystem cannot exchange")
	}
	must(t, err)
	same(t, "disk", map[string]string{"./": "", "a/": "", "a/x": "b", "b/": "", "b/x": "a"}, contents(t, root))
	if err := (osDisk{}).exchange(root+"/a", root+"/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v; want that it does not exist", err)
	}
}
