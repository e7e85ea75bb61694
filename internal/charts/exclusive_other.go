//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package charts

// exclusive does nothing: there is no lock on folders here.
func (d *disk) exclusive() (unlock func(), err error) { return func() {}, nil }

// syncFolder does nothing: folders need no sync, or cannot have one, here.
func (d *disk) syncFolder(string) {}
