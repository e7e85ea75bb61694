package manifest

import (
	"errors"
	"io"
	"os"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// RenderedFrom is the source that the header of a file names; false when atticgen
// did not write the file.
func RenderedFrom(file string) (source string, ok bool) {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	f, err := os.Open(file)
	if err != nil {
		return "", false
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", false
	}
	rest, ok := strings.CutPrefix(string(head[:n]), tree.Header+" from ")
	source, _, found := strings.Cut(rest, "; do not edit")
	return source, ok && found
}
