package tree

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// disk is every operation on the filesystem that this package makes, so that a
// test can let any one of them fail.
type disk interface {
	lstat(path string) (fs.FileInfo, error)
	readDir(path string) ([]fs.DirEntry, error)
	readlink(path string) (string, error)
	// readOwned returns the content of a file that begins with Header, and false
	// for any other, however long that is. In a folder that is ours as a whole,
	// every file is.
	readOwned(path string, whole bool) ([]byte, bool, error)

	mkdir(path string) error
	// writeFile makes a file that must not exist, and returns when it is on disk.
	writeFile(path string, data []byte) error
	// copyFile is writeFile with content, mode and time of another file.
	copyFile(from, to string) error
	link(from, to string) error
	symlink(target, path string) error
	chmod(path string, mode fs.FileMode) error
	syncDir(path string) error

	rename(from, to string) error
	// exchange swaps two folders in one step, or returns errors.ErrUnsupported.
	exchange(a, b string) error
	remove(path string) error
	removeAll(path string) error

	// tryLock locks a folder against other processes until the returned function
	// is called. It returns errBusy if another one has the lock.
	tryLock(dir string) (unlock func(), err error)
}

// osDisk is the disk of the operating system.
type osDisk struct{}

func (osDisk) lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (osDisk) readDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }
func (osDisk) readlink(path string) (string, error)       { return os.Readlink(path) }
func (osDisk) mkdir(path string) error                    { return os.Mkdir(path, 0o755) }
func (osDisk) link(from, to string) error                 { return os.Link(from, to) }
func (osDisk) symlink(target, path string) error          { return os.Symlink(target, path) }
func (osDisk) chmod(path string, mode fs.FileMode) error  { return os.Chmod(path, mode) }
func (osDisk) rename(from, to string) error               { return os.Rename(from, to) }
func (osDisk) remove(path string) error                   { return os.Remove(path) }
func (osDisk) removeAll(path string) error                { return os.RemoveAll(path) }

func (osDisk) readOwned(path string, whole bool) (data []byte, owned bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if whole {
		data, err = io.ReadAll(io.LimitReader(f, mostRead+1))
		if len(data) > mostRead {
			return nil, false, errTooLarge
		}
		return data, true, err
	}
	head := make([]byte, len(Header))
	_, err = io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, false, nil
	}
	if err != nil || !bytes.Equal(head, []byte(Header)) {
		return nil, false, err
	}
	rest, err := io.ReadAll(f)
	return append(head, rest...), true, err
}

func (osDisk) writeFile(path string, data []byte) error {
	return create(path, 0o644, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

func (osDisk) copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	return create(to, 0o600, func(f *os.File) error {
		if _, err := io.Copy(f, src); err != nil {
			return err
		}
		if err := f.Chmod(info.Mode()); err != nil {
			return err
		}
		return os.Chtimes(to, info.ModTime(), info.ModTime())
	})
}

// create makes a file that must not exist, lets fill write it, and returns when
// it is on disk.
func create(path string, mode fs.FileMode, fill func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
