//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package charts

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exclusive waits until no other process writes charts, and keeps others from
// it. The lock is on the folder, so that no lock file litters a repository;
// where filesystems have none, it is left to chance.
func (d *disk) exclusive() (unlock func(), err error) {
	f, err := d.root.Open(chartsFolder)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	switch {
	case err == nil, errors.Is(err, errors.ErrUnsupported), errors.Is(err, unix.EBADF), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOLCK):
		return func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	return nil, err
}

// syncFolder puts the names in a folder on disk, where filesystems can. What has
// been written is in its place either way.
func (d *disk) syncFolder(rel string) {
	if f, err := d.root.Open(rel); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
