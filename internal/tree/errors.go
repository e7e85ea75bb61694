package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// ErrChanged is in the error of [Commit] if somebody else changed a folder after
// [NewPlan] read it.
var ErrChanged = errors.New("changed meanwhile; run again")

// errTooLarge says that a file is larger than what a person keeps in such a folder.
var errTooLarge = errors.New("it is larger than 4 MiB: move it out of the folder")

// errBusy says that another process holds the lock.
var errBusy = errors.New("another atticgen is writing here; wait for it and run again")

// errNotUndone says that a step failed half-way and could not be taken back.
var errNotUndone = errors.New("it could not be put back either")

// explain says which path could not be put to use, why, and what helps. It keeps
// the cause for errors.Is.
func explain(shown, action string, err error) error {
	return fmt.Errorf("%s: cannot %s: %w%s", shown, action, Bare(err), hint(err))
}

// Bare drops the paths that the os package adds: they are absolute, and those of
// temporary folders mean nothing to the reader.
func Bare(err error) error {
	var (
		onPath *fs.PathError
		onLink *os.LinkError
		onCall *os.SyscallError
	)
	switch {
	case errors.As(err, &onPath):
		return onPath.Err
	case errors.As(err, &onLink):
		return onLink.Err
	case errors.As(err, &onCall):
		return onCall.Err
	}
	return err
}

func hint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ": free some space and run again"
	case errors.Is(err, syscall.EROFS):
		return ": choose a folder on a filesystem that can be written"
	case errors.Is(err, syscall.EBUSY), errors.Is(err, syscall.EXDEV):
		return ": a mount point, or a folder of a container image's layer, cannot be replaced: choose a folder inside it, or unmount it"
	case errors.Is(err, syscall.ENOTDIR):
		return ": a file is where a folder is needed: move it, or choose another folder"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return ": use a shorter name"
	case errors.Is(err, fs.ErrPermission):
		return ": check the owner and mode of it and of the folder above it"
	}
	return ""
}

// printable returns a path fit for a terminal: as it is, or quoted if it holds
// anything that a terminal could act on.
func printable(path string) string {
	if utf8.ValidString(path) && !strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return path
	}
	return strconv.Quote(path)
}

// quote returns a rendered path quoted, and cut if it is long.
func quote(path string) string {
	const most = 60
	if runes := []rune(path); len(runes) > most {
		path = string(runes[:most]) + "…"
	}
	return strconv.Quote(path)
}
