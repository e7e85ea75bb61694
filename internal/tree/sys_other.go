//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package tree

import "io/fs"

// tryLock does nothing: there is no lock on folders here. What is left to chance
// is two runs that end in the same instant.
func (osDisk) tryLock(string) (func(), error) { return func() {}, nil }

// syncDir does nothing: folders need no sync, or cannot have one, here.
func (osDisk) syncDir(string) error { return nil }

// sameFilesystem is only of use where folders of other filesystems are mounted.
func sameFilesystem(_, _ fs.FileInfo) bool { return true }
