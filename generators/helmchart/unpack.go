package helmchart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Bounds of a chart, with everything in it unpacked.
const (
	maxChartBytes = 64 << 20
	maxFileBytes  = 5 << 20 // Helm's own.
	maxFiles      = 20_000
	maxNesting    = 6 // Charts in charts.
)

// Unpack is the files of a chart archive, without the folder that holds them.
// Archives of subcharts in it are unpacked too, so that nothing is left in it
// that has not been checked. What no sound chart has is refused: names that lead
// out of the chart, links and devices, two files of one name, and more than a
// chart can reasonably hold.
func Unpack(archive []byte) ([]File, error) {
	b := &budget{bytes: maxChartBytes, files: maxFiles}
	return b.unpack(archive, 0)
}

// budget is what is left of the bounds of one chart.
type budget struct {
	bytes int64
	files int
}

var errTooLarge = fmt.Errorf("unpacks to more than %d MiB; if this is a chart at all, leave out of it what Helm does not need", maxChartBytes>>20)

func (b *budget) take(bytes int64) error {
	b.bytes -= bytes
	b.files--
	switch {
	case b.bytes < 0:
		return errTooLarge
	case b.files < 0:
		return fmt.Errorf("holds more than %d files; leave out of it what Helm does not need", maxFiles)
	}
	return nil
}

func (b *budget) unpack(archive []byte, depth int) ([]File, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("holds charts in charts, more than %d deep; package the chart with fewer levels", maxNesting)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, errors.New("is not a gzip archive; a packaged chart is a .tgz file, as helm package writes it")
	}
	// Headers and padding count as well: an archive of nothing else is a bomb
	// too.
	reader := tar.NewReader(&bounded{reader: unzipped, left: 2*maxChartBytes + 1})
	var files []File
	top, entries := "", 0
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(err)
		}
		if entries++; entries > maxFiles {
			return nil, fmt.Errorf("holds more than %d entries; leave out of it what Helm does not need", maxFiles)
		}
		switch header.Typeflag {
		case tar.TypeXGlobalHeader:
			continue
		case tar.TypeReg, tar.TypeDir:
		case tar.TypeSymlink, tar.TypeLink:
			return nil, fmt.Errorf("holds the link %s; package the chart with the file itself in its place", validate.Quote(header.Name))
		default:
			return nil, fmt.Errorf("holds %s, which is neither a file nor a folder; package the chart without it", validate.Quote(header.Name))
		}
		folder, name, _ := strings.Cut(strings.TrimPrefix(header.Name, "./"), "/")
		isFolder := header.Typeflag == tar.TypeDir
		if isFolder {
			name = strings.TrimSuffix(name, "/")
		}
		if problem := pathProblem(folder); problem != "" && (folder != "" || !isFolder) {
			if folder == "" {
				problem = "is absolute"
			}
			return nil, nameError(header.Name, problem)
		}
		if problem := pathProblem(name); problem != "" && (name != "" || !isFolder) {
			if name == "" {
				problem = "is not in a folder"
			}
			return nil, nameError(header.Name, problem)
		}
		if top == "" {
			top = folder
		} else if folder != "" && folder != top {
			return nil, fmt.Errorf("holds the folders %s and %s; a packaged chart is one folder", validate.Quote(top), validate.Quote(folder))
		}
		if isFolder {
			continue
		}
		data, err := b.read(reader, header)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: name, Data: data})
	}
	return b.flatten(files, depth)
}

func (b *budget) read(reader io.Reader, header *tar.Header) ([]byte, error) {
	if header.Size > maxFileBytes {
		return nil, fmt.Errorf("holds %s with more than %d MiB, which Helm does not load; package the chart without it", validate.Quote(header.Name), maxFileBytes>>20)
	}
	if err := b.take(header.Size); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(reader, header.Size))
	if err != nil {
		return nil, damaged(err)
	}
	return data, nil
}

func damaged(err error) error {
	if errors.Is(err, errTooLarge) {
		return errTooLarge
	}
	return fmt.Errorf("is damaged (%s); pull the chart again", oneLine(err.Error()))
}

func nameError(name, problem string) error {
	return fmt.Errorf("holds a file named %s, which %s; package the chart with plain names", validate.Quote(name), problem)
}

// bounded fails when more is read than is left; io.LimitReader would end there as
// if all were well.
type bounded struct {
	reader io.Reader
	left   int64
}

func (b *bounded) Read(to []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.reader.Read(to[:min(int64(len(to)), b.left)])
	b.left -= int64(n)
	return n, err
}

// byteOrderMark begins text files that some editors write; Helm drops it.
const byteOrderMark = "\xef\xbb\xbf"

// flatten checks the files of a chart, whether they come from an archive or from
// a folder, and puts those of packaged subcharts in the place of their archives.
// What is in the archives is charged to the budget.
func (b *budget) flatten(files []File, depth int) ([]File, error) {
	out, seen := make([]File, 0, len(files)), map[string]bool{}
	add := func(f File) error {
		if seen[f.Name] {
			return fmt.Errorf("holds two files named %s; package the chart with one", validate.Quote(f.Name))
		}
		seen[f.Name] = true
		out = append(out, f)
		return nil
	}
	for _, f := range files {
		if problem := pathProblem(f.Name); problem != "" {
			return nil, nameError(f.Name, problem)
		}
		archive, used := packaged(f.Name)
		switch {
		case !used:
			continue
		case archive == "":
			f.Data = bytes.TrimPrefix(f.Data, []byte(byteOrderMark))
			if err := add(f); err != nil {
				return nil, err
			}
		default:
			inner, err := b.unpack(f.Data, depth+1)
			if err != nil {
				return nil, fmt.Errorf("holds %s, which %w", validate.Quote(f.Name), err)
			}
			for _, file := range inner {
				if err := add(File{Name: archive + "/" + file.Name, Data: file.Data}); err != nil {
					return nil, err
				}
			}
		}
	}
	if !seen["Chart.yaml"] {
		return nil, errors.New("holds no Chart.yaml in its folder; a chart has one beside its templates")
	}
	return out, nil
}

// packaged tells whether a file is a packaged subchart, and into which folder it
// belongs; used is false for what Helm ignores among subcharts.
func packaged(name string) (folder string, used bool) {
	parts := strings.Split(name, "/")
	for len(parts) >= 2 && parts[0] == "charts" {
		if strings.IndexAny(parts[1], "_.") == 0 {
			return "", false
		}
		if len(parts) == 2 {
			if folder, ok := strings.CutSuffix(name, ".tgz"); ok {
				return folder, true
			}
			// Beside charts there may be a README or a signature.
			return "", strings.HasSuffix(name, ".prov")
		}
		parts = parts[2:]
	}
	return "", true
}

// pathProblem says what is wrong with the path of a file; empty when nothing is.
func pathProblem(name string) string {
	switch {
	case name == "":
		return "is empty"
	case strings.HasPrefix(name, "/"):
		return "is absolute"
	case !utf8.ValidString(name):
		return "is not text"
	case strings.IndexFunc(name, func(r rune) bool { return unicode.IsControl(r) }) >= 0:
		return "has control characters"
	case strings.ContainsRune(name, '\\'):
		return "has a backslash"
	case len(name) > 1 && name[1] == ':':
		return "begins with a drive letter"
	case len(name) > 1024:
		return "is longer than 1024 bytes"
	}
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "":
			return "has two slashes in a row, or one at the end"
		case ".", "..":
			return "has " + part + " as a part"
		}
	}
	return ""
}
