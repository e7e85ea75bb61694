//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package tree

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// tryLock locks the folder itself, so that no lock file litters a repository. A
// filesystem without such locks (NFS refuses them on folders) counts as locked:
// what is left to chance there is two runs that end in the same instant.
func (osDisk) tryLock(dir string) (func(), error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	unlock := func() { _ = f.Close() }
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		unlock()
		return nil, errBusy
	case err == nil, errors.Is(err, errors.ErrUnsupported), errors.Is(err, unix.EBADF), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOLCK):
		return unlock, nil
	}
	unlock()
	return nil, err
}

// syncDir puts the names in a folder on disk. Filesystems that cannot do it for
// folders do it in their own time.
func (osDisk) syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, unix.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// sameFilesystem says whether two files lie on one filesystem.
func sameFilesystem(a, b fs.FileInfo) bool {
	x, okX := a.Sys().(*syscall.Stat_t)
	y, okY := b.Sys().(*syscall.Stat_t)
	return !okX || !okY || x.Dev == y.Dev
}
