package charts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"helm.sh/helm/v3/pkg/ignore"

	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

// Bounds on a chart's folder, far above what charts have.
const (
	maxFile   = 5 << 20
	maxFolder = 20 << 20
	maxFiles  = 5000
	maxDepth  = 32
)

// folder reads a chart's folder as Helm would, and its digest. The error is
// fs.ErrNotExist or a diag.List.
func (d *disk) folder(dir string) ([]helmchart.File, string, error) {
	info, err := d.lstat(dir)
	if err != nil {
		return nil, "", err
	}
	if !info.IsDir() {
		return nil, "", wrong(d.show(dir), "is not a folder", "put the folder of the chart there")
	}
	w := &walk{disk: d, dir: dir}
	if w.rules, err = d.ignoreRules(dir); err != nil {
		return nil, "", err
	}
	if err := w.below("", 0); err != nil {
		return nil, "", err
	}
	slices.SortFunc(w.files, func(a, b helmchart.File) int { return strings.Compare(a.Name, b.Name) })
	digest := digestOf(w.files)
	for i := range w.files {
		// As Helm does; the digest is of what is on disk.
		w.files[i].Data = bytes.TrimPrefix(w.files[i].Data, []byte("\ufeff"))
	}
	return w.files, digest, nil
}

// digestOf is the digest of files in order, as the package comment has it.
func digestOf(files []helmchart.File) string {
	hash := sha256.New()
	for _, f := range files {
		_, _ = fmt.Fprintf(hash, "%s\x00%d\x00", f.Name, len(f.Data)) // a hash takes everything
		_, _ = hash.Write(f.Data)
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil))
}

// ignoreRules are those of the folder's .helmignore and Helm's own.
func (d *disk) ignoreRules(dir string) (*ignore.Rules, error) {
	rel := path.Join(dir, ignore.HelmIgnore)
	data, err := d.read(rel, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	rules, err := ignore.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, wrong(d.show(rel), "cannot be read: "+err.Error(), "correct the pattern")
	}
	rules.AddDefaults()
	return rules, nil
}

// walk collects the files of a chart.
type walk struct {
	disk  *disk
	dir   string // below the root
	rules *ignore.Rules
	files []helmchart.File
	size  int
	seen  int
}

func (w *walk) below(name string, depth int) error {
	dir := path.Join(w.dir, name)
	shown := w.disk.show(dir)
	if depth > maxDepth {
		return wrong(shown, fmt.Sprintf("is nested more than %d folders deep", maxDepth), "nest it less deeply")
	}
	f, err := w.disk.root.Open(dir)
	if err != nil {
		return describe(shown, err, checkPath)
	}
	entries, err := f.ReadDir(maxFiles + 1)
	_ = f.Close()
	if err != nil && len(entries) == 0 && !errors.Is(err, io.EOF) {
		return describe(shown, err, checkPath)
	}
	for _, entry := range entries {
		if w.seen++; w.seen > maxFiles {
			return wrong(w.disk.show(w.dir), fmt.Sprintf("has more than the %d files that a chart may have", maxFiles), "move what is no part of the chart elsewhere")
		}
		if err := w.entry(path.Join(name, entry.Name()), depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(name string, depth int) error {
	rel := path.Join(w.dir, name)
	info, err := w.disk.root.Lstat(rel)
	if err != nil {
		return describe(w.disk.show(rel), err, checkPath)
	}
	if w.rules.Ignore(name, info) {
		return nil
	}
	switch {
	case !utf8.ValidString(name), strings.ContainsRune(name, '\\'), strings.ContainsFunc(name, unicode.IsControl):
		return wrong(w.disk.show(rel), "has a name that a file of a chart cannot have", "rename it")
	case info.IsDir():
		return w.below(name, depth+1)
	case info.Mode()&fs.ModeSymlink != 0:
		return wrong(w.disk.show(rel), "is a symbolic link", "put the file itself there, or name it in .helmignore")
	}
	data, err := w.disk.readFile(rel, info, maxFile)
	if err != nil {
		return err
	}
	if w.size += len(data); w.size > maxFolder {
		return wrong(w.disk.show(w.dir), fmt.Sprintf("has more than the %d bytes that a chart may have", maxFolder), "name what is no part of the chart in .helmignore")
	}
	w.files = append(w.files, helmchart.File{Name: name, Data: data})
	return nil
}
