package tree

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestLeftovers(t *testing.T) {
	const (
		staged  = ".env" + stagedMark + "123"
		aside   = ".env" + asideMark + "123"
		asideTo = ".env" + asideMark + "456"
	)
	old := ours("old")
	for name, tc := range map[string]struct {
		disk, want map[string]string
		says       string
	}{
		"staged": {
			disk: map[string]string{"env/x": old, staged + "/x": "half"},
			want: map[string]string{"./": "", "env/": "", "env/x": old},
		},
		"aside of a folder that is there": {
			disk: map[string]string{"env/x": old, aside + "/x": "half", asideTo + "/x": "half"},
			want: map[string]string{"./": "", "env/": "", "env/x": old},
		},
		"aside of a missing folder": {
			disk: map[string]string{aside + "/x": old, aside + "/README": "by hand", staged + "/x": "new"},
			want: map[string]string{"./": "", "env/": "", "env/x": old, "env/README": "by hand"},
		},
		"staged of a missing folder": {
			disk: map[string]string{staged + "/x": "half"},
			want: map[string]string{"./": ""},
		},
		"two asides of a missing folder": {
			disk: map[string]string{aside + "/x": old, asideTo + "/x": old},
			want: map[string]string{"./": "", aside + "/": "", aside + "/x": old, asideTo + "/": "", asideTo + "/x": old},
			says: `^env: is missing, and there are 2 folders like \.env\.atticgen-old-123 that it could be restored from: rename the right one`,
		},
		"of others": {
			disk: map[string]string{
				"env/x": old, ".env2" + stagedMark + "1/x": "", "env" + stagedMark + "1/x": "", ".env.atticgen-news/x": "",
				".env" + stagedMark + "file": "", ".env" + asideMark + "link": "-> env", "sub/.env" + stagedMark + "1/x": "",
			},
			want: map[string]string{
				"./": "", "env/": "", "env/x": old, ".env2" + stagedMark + "1/": "", ".env2" + stagedMark + "1/x": "",
				"env" + stagedMark + "1/": "", "env" + stagedMark + "1/x": "", ".env.atticgen-news/": "", ".env.atticgen-news/x": "",
				".env" + stagedMark + "file": "", ".env" + asideMark + "link": "-> env",
				"sub/": "", "sub/.env" + stagedMark + "1/": "", "sub/.env" + stagedMark + "1/x": "",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			onDisk(t, ".", tc.disk)
			_, err := NewPlan("env", render(t, map[string]string{"x": "new"}))
			if tc.says == "" {
				must(t, err)
			} else {
				says(t, err, tc.says)
			}
			same(t, "disk", tc.want, contents(t, "."))
		})
	}
}

func TestLeftoversOfARunAtWork(t *testing.T) {
	t.Chdir(t.TempDir())
	onDisk(t, ".", map[string]string{"env/x": ours("old"), ".env" + stagedMark + "1/x": "half"})
	before := contents(t, ".")
	unlock, err := osDisk{}.tryLock(".")
	must(t, err)
	defer unlock()
	tr := render(t, map[string]string{"x": "new"})

	plan(t, "env", tr)
	same(t, "disk", before, contents(t, "."))

	must(t, os.Rename("env", ".env"+asideMark+"1"))
	_, err = NewPlan("env", tr)
	says(t, err, "^env: cannot be read: another atticgen is writing here; wait for it and run again$")
}

// A leftover that cannot be removed keeps nobody from reading, and says so to
// those who write.
func TestLeftoverThatStays(t *testing.T) {
	t.Chdir(t.TempDir())
	onDisk(t, ".", map[string]string{"env/x": ours("old"), ".env" + stagedMark + "1/x": "half"})
	before := traces(t, "env")
	d := &faultyDisk{fault: func(_ int, op string) error {
		if op == "removeAll" {
			return os.ErrPermission
		}
		return nil
	}}
	must(t, os.WriteFile(".env"+stagedMark+"1/y", nil, 0o644))
	must(t, os.WriteFile(".env"+stagedMark+"1/z", nil, 0o644))
	p, err := newPlan(d, "env", render(t, map[string]string{"x": "new"}))
	must(t, err)
	err = commit(t.Context(), d, []*Plan{p})
	says(t, err, `^nothing was written: \.env\.atticgen-new-1: cannot be removed \(it is left over from an interrupted run\): permission denied`)
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("error %v lost its cause", err)
	}
	same(t, "env", before, traces(t, "env"))
}

func TestLeftoverThatIsReadOnly(t *testing.T) {
	root := t.TempDir()
	onDisk(t, root, map[string]string{"env/x": ours("old"), ".env" + stagedMark + "1/sub/x": "half"})
	must(t, os.Chmod(filepath.Join(root, ".env"+stagedMark+"1/sub"), 0o500))
	plan(t, filepath.Join(root, "env"), render(t, map[string]string{"x": "new"}))
	noTemporaries(t, root)
}
