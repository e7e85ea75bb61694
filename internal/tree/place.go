package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// place is the folder that a plan is about.
type place struct {
	given string // as the user named it, without slashes at its end: for messages
	real  string // absolute, without symlinks above its last part: for work
	whole bool   // every file in it is ours, however it begins
}

// locate finds the folder that dir names. It need not exist, nor its parents.
func locate(dir string) (place, error) {
	trimmed := trimSlashes(dir)
	if trimmed == "" {
		return place{}, fmt.Errorf("%q is not a folder that can be replaced: name one such as environments/staging", dir)
	}
	at := place{given: trimmed}
	base := filepath.Base(trimmed)
	if base == "." || base == ".." {
		// Only the folder itself knows its name.
		var err error
		if at.real, err = physical(dir); err != nil {
			return place{}, explain(printable(dir), "be found", err)
		}
		if filepath.Dir(at.real) == at.real {
			return place{}, fmt.Errorf("%s: is the root folder: name one such as environments/staging", printable(dir))
		}
		return at, nil
	}
	parent, err := physical(strings.TrimSuffix(trimmed, base))
	if err != nil {
		return place{}, explain(printable(dir), "be found", err)
	}
	at.real = filepath.Join(parent, base)
	return at, nil
}

// physical returns path absolute and without symlinks, as the kernel would walk
// it: filepath.Abs is wrong about ".." after a symlink. The last parts of
// path may be missing.
func physical(path string) (string, error) {
	if !filepath.IsAbs(path) {
		here, err := os.Getwd()
		if err != nil {
			return "", err
		}
		path = here + string(filepath.Separator) + path
	}
	resolved, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return resolved, err
	}
	path = filepath.Clean(path)
	if _, dangling := os.Lstat(path); dangling == nil || filepath.Dir(path) == path {
		return "", err
	}
	parent, err := physical(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

func trimSlashes(path string) string {
	return strings.TrimRightFunc(path, func(r rune) bool { return r == '/' || r == filepath.Separator })
}

// show names a file of the folder in a message, the way the user named the
// folder. Joining would clean it, and so misname it after a symlink.
func (p place) show(rel string) string {
	if rel == "." {
		return printable(p.given)
	}
	return printable(p.given + string(filepath.Separator) + filepath.FromSlash(rel))
}

// showParent names the folder above in a message.
func (p place) showParent() string { return printable(p.parent()) }

// showSibling names a folder beside this one in a message.
func (p place) showSibling(path string) string {
	if p.parent() == "." {
		return printable(filepath.Base(path))
	}
	return printable(trimSlashes(p.parent()) + string(filepath.Separator) + filepath.Base(path))
}

// parent returns the folder above the way the user named it, as far as that is
// possible.
func (p place) parent() string {
	switch parent, base := filepath.Split(p.given); {
	case base == "." || base == "..":
		return filepath.Dir(p.real)
	case parent == "":
		return "."
	case trimSlashes(parent) == "":
		return parent
	default:
		return trimSlashes(parent)
	}
}

// in returns where a file of the folder lies under root: the folder itself, or
// the one that is built to replace it.
func in(root, rel string) string {
	return filepath.Join(root, filepath.FromSlash(rel))
}

// holds says whether path is the folder or lies inside of it. Path is absolute
// and without symlinks.
func (p place) holds(path string) bool {
	rel, err := filepath.Rel(p.real, path)
	return err == nil && filepath.IsLocal(rel)
}
