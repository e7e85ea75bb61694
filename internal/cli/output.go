package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// checkOutput refuses to write an environment into what it is rendered from, or
// around it.
func checkOutput(root, output string, overlays []string) error {
	for _, overlay := range overlays {
		source, err := resolved(filepath.Join(root, filepath.FromSlash(overlay)))
		if err != nil {
			return err
		}
		target, err := resolved(filepath.Join(output, path.Base(overlay)))
		if err != nil {
			return err
		}
		if within(source, target) || within(target, source) {
			d := diag.New(filepath.ToSlash(output), "is no place for the environment %s: it and the overlay %s would be in one folder", path.Base(overlay), overlay)
			d.Hint = "name a folder of its own with --output"
			return diag.List{d}
		}
	}
	return nil
}

// within tells whether a path is a folder or below it.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// resolved is an absolute path without symbolic links, as far as it exists.
func resolved(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	target, err := filepath.EvalSymlinks(abs)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(abs) != abs {
		parent, err := resolved(filepath.Dir(abs))
		return filepath.Join(parent, filepath.Base(abs)), err
	}
	if err != nil {
		return abs, nil // The error is reported where the path is used.
	}
	return target, nil
}

// orphans warns about environments whose overlay is gone. They are not removed:
// what a controller would then delete is a decision for a person.
func orphans(root, output string, overlays []string) diag.List {
	entries, err := os.ReadDir(output)
	if err != nil {
		return nil
	}
	var list diag.List
	for _, entry := range entries {
		if slices.ContainsFunc(overlays, func(o string) bool { return path.Base(o) == entry.Name() }) {
			continue
		}
		dir := filepath.Join(output, entry.Name())
		source, ok := manifest.RenderedFrom(filepath.Join(dir, "kustomization.yaml"))
		if !ok {
			continue
		}
		// An overlay that is not directly below overlays/ is rendered by name.
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(source))); err == nil {
			continue
		}
		d := diag.New(filepath.ToSlash(dir), "has no overlay any more")
		d.Severity, d.Hint = diag.Warning, "remove the folder if the environment is to go"
		list = append(list, d)
	}
	return list
}
