package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// reportFiles are the files that a flag names, each with its form.
type reportFiles []reportFile

type reportFile struct {
	format report.Format
	name   string
}

// Set is part of pflag.Value.
func (r *reportFiles) Set(value string) error {
	form, name, ok := strings.Cut(value, "=")
	if !ok || name == "" {
		return fmt.Errorf("%s names no form and file; write them as in sarif=verify.sarif", diag.Quote(value))
	}
	var format report.Format
	if err := format.Set(form); err != nil {
		return err
	}
	for _, other := range *r {
		if sameFile(other.name, name) {
			return fmt.Errorf("%s is named twice; give each report a file of its own", diag.Quote(name))
		}
	}
	*r = append(*r, reportFile{format, name})
	return nil
}

// String is part of pflag.Value.
func (r *reportFiles) String() string {
	var all []string
	for _, f := range *r {
		all = append(all, f.format.String()+"="+f.name)
	}
	return strings.Join(all, ",")
}

// Type is part of pflag.Value.
func (r *reportFiles) Type() string { return "form=file" }

// write writes every report, each whole or not at all.
func (r *reportFiles) write(result report.Verification) error {
	var failures []error
	for _, f := range *r {
		var text bytes.Buffer
		err := report.WriteVerification(&text, f.format, result)
		if err == nil {
			err = replaceFile(f.name, text.Bytes())
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: the report cannot be written: %w", filepath.ToSlash(f.name), tree.Bare(err)))
		}
	}
	return errors.Join(failures...)
}

// sameFile tells whether two names are of one file, by whatever way.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	second, missing := os.Stat(b)
	if err == nil && missing == nil {
		return os.SameFile(first, second)
	}
	pathA, err := resolved(a)
	pathB, failed := resolved(b)
	return err == nil && failed == nil && pathA == pathB
}

// apart refuses reports where they would be taken for a part of an environment, or
// would overwrite what environments are made of.
func (r *reportFiles) apart(root, output, waivers string) error {
	for _, f := range *r {
		target, err := resolved(f.name)
		if err != nil {
			return err
		}
		taken := waivers != "" && sameFile(f.name, waivers)
		for _, source := range []string{"base", "overlays"} {
			dir, err := resolved(filepath.Join(root, source))
			taken = taken || err == nil && within(dir, target)
		}
		if taken || inEnvironment(root, output, target) {
			return fmt.Errorf("%s is no place for a report, because verify reads what is there; name a file outside base, overlays and environments", diag.Quote(filepath.ToSlash(f.name)))
		}
	}
	return nil
}

// inEnvironment tells whether a path is below the folder of an environment.
func inEnvironment(root, output, target string) bool {
	dir, err := resolved(output)
	if err != nil || !within(dir, target) {
		return false
	}
	rel, err := filepath.Rel(dir, target)
	name, _, below := strings.Cut(filepath.ToSlash(rel), "/")
	if err != nil || !below {
		return false
	}
	for _, sign := range []string{filepath.Join(dir, name, "kustomization.yaml"), filepath.Join(root, "overlays", name)} {
		if _, err := os.Stat(sign); err == nil {
			return true
		}
	}
	return false
}

// after is an error because of which there is no report. What an earlier run has
// reported must not be taken for this one's.
func (r *reportFiles) after(err error) error {
	for _, f := range *r {
		name := f.name
		if target, err := filepath.EvalSymlinks(name); err == nil {
			name = target
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if failed := os.Remove(name); failed != nil {
			old := diag.New(filepath.ToSlash(f.name), "is the report of an earlier run, and cannot be removed: %v", tree.Bare(failed))
			if list, ok := errors.AsType[diag.List](err); ok {
				err = append(slices.Clip(list), old)
			} else {
				err = errors.Join(err, diag.List{old})
			}
		}
	}
	return err
}

// replaceFile puts a whole file in the place of another, or leaves that as it is.
func replaceFile(name string, data []byte) error {
	// What is no file, such as a pipe, cannot be replaced, and is written to.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return errors.New("it is a folder")
		}
		return os.WriteFile(name, data, 0o644)
	}
	// As any other file that a program writes: the pipeline's next step may be
	// another user.
	return tree.ReplaceFile(name, data, 0o644)
}
