package tree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// scene is three environments on disk, of which one is new with its parents, and
// what they shall become. Each test below runs it with another fault, once for
// every operation that Commit makes.
type scene struct {
	root     string
	old, new map[string]map[string]string // contents by environment
	traces   map[string]map[string]string // before, with modes and times
}

var sceneDirs = []string{"envs/staging", "envs/testing", "more/deep/production"}

func newScene(t *testing.T, root string) *scene {
	t.Helper()
	onDisk(t, root, map[string]string{
		"envs/staging/kustomization.yaml": ours("same"),
		"envs/staging/cache/api.yaml":     ours("old"),
		"envs/staging/cache/stale.yaml":   ours("stale"),
		"envs/staging/gone/stale.yaml":    ours("stale"),
		"envs/staging/notes/todo.txt":     "by hand",
		"envs/staging/link":               "-> cache",
		"envs/staging/empty/":             "",
		"envs/testing/api.yaml":           ours("old"),
	})
	s := &scene{
		root: root,
		new: map[string]map[string]string{
			"envs/staging": {
				"./": "", "cache/": "", "notes/": "", "empty/": "",
				"kustomization.yaml": ours("same"),
				"cache/api.yaml":     ours("new"),
				"cache/gc.yaml":      ours("new"),
				"notes/todo.txt":     "by hand",
				"link":               "-> cache",
			},
			"envs/testing":         {"./": "", "api.yaml": ours("new")},
			"more/deep/production": {"./": "", "api.yaml": ours("new")},
		},
		old:    map[string]map[string]string{},
		traces: map[string]map[string]string{},
	}
	for _, dir := range sceneDirs {
		s.old[dir] = contents(t, filepath.Join(root, dir))
		s.traces[dir] = traces(t, filepath.Join(root, dir))
	}
	return s
}

func (s *scene) plans(t *testing.T) []*Plan {
	t.Helper()
	api := map[string]string{"api.yaml": "new"}
	return []*Plan{
		plan(t, filepath.Join(s.root, sceneDirs[0]), render(t, map[string]string{"kustomization.yaml": "same", "cache/api.yaml": "new", "cache/gc.yaml": "new"})),
		plan(t, filepath.Join(s.root, sceneDirs[1]), render(t, api)),
		plan(t, filepath.Join(s.root, sceneDirs[2]), render(t, api)),
	}
}

// isNew checks that all environments are as planned, and nothing else is left.
func (s *scene) isNew(t *testing.T) {
	t.Helper()
	for _, dir := range sceneDirs {
		same(t, dir, s.new[dir], contents(t, filepath.Join(s.root, dir)))
	}
	noTemporaries(t, s.root)
}

// isOld checks that all environments are untouched, and nothing else is left.
func (s *scene) isOld(t *testing.T) {
	t.Helper()
	for _, dir := range sceneDirs {
		same(t, dir, s.traces[dir], traces(t, filepath.Join(s.root, dir)))
	}
	same(t, "made parents", map[string]string{}, contents(t, filepath.Join(s.root, "more")))
	noTemporaries(t, s.root)
}

// isWhole checks that each environment is wholly old or wholly new, or waits
// beside its place to be restored.
func (s *scene) isWhole(t *testing.T) {
	t.Helper()
	for _, dir := range sceneDirs {
		place := filepath.Join(s.root, dir)
		if _, err := os.Lstat(place); err != nil && len(s.old[dir]) > 0 {
			aside, err := filepath.Glob(filepath.Join(filepath.Dir(place), "."+filepath.Base(place)+asideMark+"*"))
			must(t, err)
			if len(aside) != 1 {
				t.Errorf("%s is missing, and %q is beside it", dir, aside)
				continue
			}
			place = aside[0]
		}
		got := contents(t, place)
		if !equal(got, s.old[dir]) && !equal(got, s.new[dir]) {
			t.Errorf("%s is a mix: %q", dir, got)
		}
	}
}

func equal(a, b map[string]string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// scratch returns a folder in memory where there is one: the tests below make
// thousands of files, and need no disk for it.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "atticgen-tree-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

var errInjected = errors.New("injected")

// eachStep runs commit on a new scene for every operation that commit makes. The
// disk tells fault the number of the operation that is to be hit, and the number
// of the one at hand.
func eachStep(t *testing.T, fault func(hit, now int, op string) error, check func(t *testing.T, s *scene, err error)) {
	for name, noExchange := range map[string]bool{"exchange": false, "renames": true} {
		t.Run(name, func(t *testing.T) {
			root := scratch(t)
			hit := 1
			for ; ; hit++ {
				s := newScene(t, filepath.Join(root, fmt.Sprint(hit)))
				var at string
				d := &faultyDisk{noExchange: noExchange, fault: func(now int, op string) error {
					if now == hit {
						at = op
					}
					return fault(hit, now, op)
				}}
				err := commit(t.Context(), d, s.plans(t))
				check(t, s, err)
				if t.Failed() {
					t.Fatalf("operation %d is hit: %s; error is %v", hit, at, err)
				}
				if d.calls < hit {
					break
				}
			}
			if hit < 100 {
				t.Errorf("only %d operations; is the disk bypassed?", hit)
			}
		})
	}
}

func TestOneFaultLeavesAllOrNothing(t *testing.T) {
	eachStep(t, func(hit, now int, _ string) error {
		if now == hit {
			return errInjected
		}
		return nil
	}, func(t *testing.T, s *scene, err error) {
		if err == nil {
			s.isNew(t) // The fault had a way around it, or was not reached.
			return
		}
		says(t, err, "^nothing was written: .*: cannot .*: injected$")
		if !errors.Is(err, errInjected) {
			t.Errorf("error %v lost its cause", err)
		}
		if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "atticgen-new") {
			t.Errorf("error %v names a temporary path", err)
		}
		s.isOld(t)
	})
}

func TestFullDiskLeavesAllOrNothing(t *testing.T) {
	needSpace := []string{"mkdir", "writeFile", "copyFile", "link", "symlink", "syncDir"}
	eachStep(t, func(hit, now int, op string) error {
		if now >= hit && slices.Contains(needSpace, op) {
			return syscall.ENOSPC
		}
		return nil
	}, func(t *testing.T, s *scene, err error) {
		if err == nil {
			s.isNew(t)
			return
		}
		says(t, err, "^nothing was written: .*: no space left on device: free some space and run again$")
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error %v lost its cause", err)
		}
		s.isOld(t)
	})
}

func TestKilledRunIsMendedByTheNext(t *testing.T) {
	eachStep(t, func(hit, now int, _ string) error {
		if now >= hit {
			return errInjected // The dead do not clean up.
		}
		return nil
	}, func(t *testing.T, s *scene, _ error) {
		s.isWhole(t)
		plans := s.plans(t)
		// Leftovers go even if the plans have nothing to do.
		noTemporaries(t, s.root)
		must(t, commit(t.Context(), &faultyDisk{}, plans))
		s.isNew(t)
	})
}

func TestKilledRunIsMendedByCommit(t *testing.T) {
	eachStep(t, func(hit, now int, _ string) error {
		if now >= hit {
			return errInjected
		}
		return nil
	}, func(t *testing.T, s *scene, _ error) {
		// Another run made its plans before this one was killed.
		early := newScene(t, s.root+"-early")
		plans := early.plans(t)
		for _, dir := range []string{"envs", "more"} {
			must(t, os.RemoveAll(filepath.Join(early.root, dir)))
			if err := os.Rename(filepath.Join(s.root, dir), filepath.Join(early.root, dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		switch err := commit(t.Context(), &faultyDisk{}, plans); {
		case err == nil:
			early.isNew(t)
		case errors.Is(err, ErrChanged):
			early.isWhole(t)
			must(t, commit(t.Context(), &faultyDisk{}, early.plans(t)))
			early.isNew(t)
		default:
			t.Error(err)
		}
	})
}

func TestCancelLeavesAllOrNothing(t *testing.T) {
	for name, noExchange := range map[string]bool{"exchange": false, "renames": true} {
		t.Run(name, func(t *testing.T) {
			root := scratch(t)
			for hit := 0; ; hit++ {
				s := newScene(t, filepath.Join(root, fmt.Sprint(hit)))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if hit == 0 {
					cancel()
				}
				d := &faultyDisk{noExchange: noExchange, fault: func(now int, _ string) error {
					if now == hit {
						cancel()
					}
					return nil
				}}
				err := commit(ctx, d, s.plans(t))
				if err == nil {
					s.isNew(t)
				} else {
					says(t, err, "^nothing was written: stopped: context canceled$")
					if !errors.Is(err, context.Canceled) {
						t.Errorf("error %v lost its cause", err)
					}
					s.isOld(t)
				}
				if t.Failed() {
					t.Fatalf("cancelled at operation %d", hit)
				}
				if d.calls < hit {
					return
				}
			}
		})
	}
}

// What cannot be undone is said, and no tree is lost even then.
func TestFailedUndoIsReported(t *testing.T) {
	for name, tc := range map[string]struct {
		noExchange bool
		failing    string
		from       int // the first of these operations that fails
		says       string
	}{
		"exchange back": {false, "exchange", 2, `^not everything could be undone: .*envs/testing: cannot be replaced: injected\n.*envs/staging: cannot be put back \(it holds the new files\): injected$`},
		"second rename": {true, "rename", 2, `^not everything could be undone: .*envs/staging: cannot be replaced: injected; it could not be put back either, so that the old files may be in .*envs/\.staging\.atticgen-old-\w+ now: injected$`},
		"third rename":  {true, "rename", 3, `^not everything could be undone: .*envs/staging: cannot be replaced: injected; it could not be put back either, so that the old files may be in .*envs/\.staging\.atticgen-old-\w+ now: injected$`},
		"temporary":     {false, "removeAll", 3, `^(nothing was written: )?.*cannot be removed`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, t.TempDir())
			seen := 0
			d := &faultyDisk{noExchange: tc.noExchange, fault: func(_ int, op string) error {
				if op == tc.failing {
					if seen++; seen >= tc.from {
						return errInjected
					}
				}
				return nil
			}}
			says(t, commit(t.Context(), d, s.plans(t)), tc.says)
			s.isWhole(t)
			must(t, commit(t.Context(), &faultyDisk{}, s.plans(t)))
			s.isNew(t)
		})
	}
}
