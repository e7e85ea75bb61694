package charts

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// chartsFolder is where charts are, below the root.
const chartsFolder = "charts"

// disk is the folder with charts.lock. Nothing outside it can be reached.
type disk struct {
	given string // as the user wrote it, for messages
	root  *os.Root
}

func openDisk(dir string) (*disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, describe(filepath.ToSlash(dir), err, "name an existing folder with --root")
	}
	return &disk{given: filepath.ToSlash(filepath.Clean(dir)), root: root}, nil
}

func (d *disk) close() { _ = d.root.Close() }

// show is a path below the root as messages have it.
func (d *disk) show(rel string) string { return path.Join(d.given, rel) }

// lstat looks at a path that must not lead over symbolic links. Its error is
// fs.ErrNotExist or a diag.List.
func (d *disk) lstat(rel string) (fs.FileInfo, error) {
	for i := 0; i <= len(rel); i++ {
		if i < len(rel) && rel[i] != '/' {
			continue
		}
		info, err := d.root.Lstat(rel[:i])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, err
		case err != nil:
			return nil, describe(d.show(rel[:i]), err, checkPath)
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, wrong(d.show(rel[:i]), "is a symbolic link", "put the file or folder itself there")
		case i == len(rel):
			return info, nil
		case !info.IsDir():
			return nil, wrong(d.show(rel[:i]), "is not a folder", "move it away")
		}
	}
	return nil, fs.ErrNotExist // not reached: the last part returns
}

const checkPath = "check the path and its permissions"

// read reads a regular file of bounded size that no symbolic link leads to. Its
// error is fs.ErrNotExist or a diag.List.
func (d *disk) read(rel string, limit int64) ([]byte, error) {
	info, err := d.lstat(rel)
	if err != nil {
		return nil, err
	}
	return d.readFile(rel, info, limit)
}

// readFile reads what info has been found to be.
func (d *disk) readFile(rel string, info fs.FileInfo, limit int64) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, wrong(d.show(rel), "is not a file", "put a file there, or move it away")
	}
	f, err := d.root.Open(rel)
	if err != nil {
		return nil, describe(d.show(rel), err, checkPath)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, describe(d.show(rel), err, checkPath)
	case int64(len(data)) > limit:
		return nil, wrong(d.show(rel), fmt.Sprintf("has more than the %d bytes that are read", limit), "check that it is the right file")
	}
	return data, nil
}

// wrong is one problem as an error.
func wrong(file, message, hint string) error {
	d := diag.New(file, "%s", message)
	d.Hint = hint
	return diag.List{d}
}

// describe puts an error of the operating system into the form of all others,
// without the absolute path that it names.
func describe(file string, err error, hint string) error {
	message := "cannot be read: " + bare(err).Error()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message = "is not there"
	case bare(err).Error() == "path escapes from parent": // package os has no name for it
		message = "leads over a symbolic link out of the folder with " + LockFile
	}
	return wrong(file, message, hint)
}

func bare(err error) error {
	if onPath, ok := errors.AsType[*fs.PathError](err); ok {
		return onPath.Err
	}
	if onLink, ok := errors.AsType[*os.LinkError](err); ok {
		return onLink.Err
	}
	return err
}

// asList is an error as diagnostics.
func asList(err error) diag.List {
	if list, ok := errors.AsType[diag.List](err); ok {
		return list
	}
	return diag.List{diag.New("", "%s", strings.TrimSpace(err.Error()))}
}
