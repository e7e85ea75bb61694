package verify

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// within tells whether a path is a folder or below it.
func within(dir, name string) bool {
	rel, err := filepath.Rel(canonical(dir), canonical(name))
	return err == nil && filepath.IsLocal(rel)
}

// holdsManifests tells whether a folder has anything that a controller would apply
// from there. One that is a link is looked at no further.
func holdsManifests(dir string) bool {
	if strings.HasPrefix(filepath.Base(dir), ".") || !isDir(dir) {
		return false
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return true
	}
	found := false
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			found = true // which read reports
			return fs.SkipAll
		}
		if !entry.IsDir() && isManifest(name) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// isManifest tells by its name whether a file is one that controllers read.
func isManifest(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return filepath.Base(name) == kustomizationNames[2]
}

// folder reads a folder without a kustomization as Flux and Argo CD do: everything
// that is below, folders with a kustomization by that.
func (r *reader) folder() {
	// What cannot be read is reported with the files that no kustomization lists.
	_ = fs.WalkDir(r.root.FS(), ".", func(rel string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case entry.IsDir() && r.hasKustomization(rel):
			r.kustomization(rel, position{File: r.show(rel)})
			return fs.SkipDir
		case entry.IsDir() || !isManifest(rel):
		default:
			r.seen[rel] = true
			r.object(rel)
		}
		return nil
	})
}

func (r *reader) hasKustomization(dir string) bool {
	return slices.ContainsFunc(kustomizationNames[:], func(name string) bool {
		_, err := r.root.Lstat(path.Join(dir, name))
		return err == nil
	})
}
