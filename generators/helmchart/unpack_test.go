package helmchart_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

const chartYAML = "apiVersion: v2\nname: small\nversion: 1.0.0\n"

func TestUnpack(t *testing.T) {
	inner := archive(t, file("inner/Chart.yaml", "inner"), file("inner/charts/leaf-1.tgz", string(archive(t, file("leaf/Chart.yaml", "leaf")))))
	got, err := helmchart.Unpack(archive(t,
		tar.Header{Name: "pax_global_header", Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}},
		tar.Header{Name: "small/", Typeflag: tar.TypeDir},
		file("./small/Chart.yaml", chartYAML),
		file("small/values.yaml", "\xef\xbb\xbfa: 1\n"),
		file("small/templates/one.yaml", ""),
		file("small/charts/inner-1.0.0.tgz", string(inner)),
		file("small/charts/inner-1.0.0.tgz.prov", "signature"),
		file("small/charts/README.md", "ignored, as by Helm"),
		file("small/charts/_old.tgz", "ignored, as by Helm"),
	))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, f := range got {
		names[f.Name] = string(f.Data)
	}
	want := map[string]string{
		"Chart.yaml": chartYAML, "values.yaml": "a: 1\n", "templates/one.yaml": "",
		"charts/inner-1.0.0/Chart.yaml": "inner", "charts/inner-1.0.0/charts/leaf-1/Chart.yaml": "leaf",
		"charts/inner-1.0.0.tgz.prov": "signature",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestUnpackRefuses(t *testing.T) {
	sound := file("small/Chart.yaml", chartYAML)
	nested := func(content []byte) tar.Header { return file("small/charts/inner.tgz", string(content)) }
	deep := archive(t, file("c/Chart.yaml", ""))
	for range 8 {
		deep = archive(t, file("c/Chart.yaml", ""), file("c/charts/c.tgz", string(deep)))
	}
	big := strings.Repeat("x", 5<<20)
	many := []tar.Header{sound}
	for i := range 14 {
		many = append(many, file(fmt.Sprintf("small/%d", i), big))
	}
	entries := []tar.Header{sound}
	for i := range 20_001 {
		entries = append(entries, file(fmt.Sprintf("small/%d", i), ""))
	}
	bomb := archive(t, many[:13]...)
	for name, test := range map[string]struct {
		archive []byte
		message string
	}{
		"not gzip":                {[]byte("kind: Deployment"), "not a gzip archive"},
		"empty":                   {nil, "not a gzip archive"},
		"cut":                     {archive(t, sound)[:60], "damaged"},
		"no Chart.yaml":           {archive(t, file("small/values.yaml", "")), "no Chart.yaml"},
		"Chart.yaml too deep":     {archive(t, file("a/b/Chart.yaml", "")), "no Chart.yaml"},
		"no folder":               {archive(t, file("Chart.yaml", chartYAML)), "is not in a folder"},
		"two folders":             {archive(t, sound, file("other/values.yaml", "")), `"small" and "other"`},
		"parent":                  {archive(t, sound, file("small/../../etc/passwd", "")), `has .. as a part`},
		"parent as folder":        {archive(t, sound, file("../Chart.yaml", "")), `has .. as a part`},
		"parent folder entry":     {archive(t, sound, tar.Header{Name: "small/../x/", Typeflag: tar.TypeDir}), `has .. as a part`},
		"this folder":             {archive(t, sound, file("small/./values.yaml", "")), `has . as a part`},
		"absolute":                {archive(t, sound, file("/etc/passwd", "")), "is absolute"},
		"absolute inside":         {archive(t, sound, file("small//etc/passwd", "")), "absolute"},
		"backslash":               {archive(t, sound, file(`small\..\x`, "")), "backslash"},
		"backslash inside":        {archive(t, sound, file(`small/..\x`, "")), "backslash"},
		"drive":                   {archive(t, sound, file("small/c:/x", "")), "drive letter"},
		"control character":       {archive(t, sound, file("small/a\x1b[31m", "")), "control characters"},
		"newline":                 {archive(t, sound, file("small/a\nb", "")), "control characters"},
		"symlink":                 {archive(t, sound, tar.Header{Name: "small/x", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "holds the link"},
		"hard link":               {archive(t, sound, tar.Header{Name: "small/x", Typeflag: tar.TypeLink, Linkname: "small/Chart.yaml"}), "holds the link"},
		"device":                  {archive(t, sound, tar.Header{Name: "small/x", Typeflag: tar.TypeChar}), "neither a file nor a folder"},
		"fifo":                    {archive(t, sound, tar.Header{Name: "small/x", Typeflag: tar.TypeFifo}), "neither a file nor a folder"},
		"two of one name":         {archive(t, sound, file("small/a", ""), file("small/a", "")), "two files named"},
		"large file":              {archive(t, sound, file("small/a", big+"x")), "more than 5 MiB"},
		"many large files":        {archive(t, many...), "more than 64 MiB"},
		"many files":              {archive(t, entries...), "more than 20000"},
		"nested not gzip":         {archive(t, sound, nested([]byte("x"))), "not a gzip archive"},
		"nested traversal":        {archive(t, sound, nested(archive(t, file("x/Chart.yaml", ""), file("x/../../y", "")))), "has .. as a part"},
		"nested symlink":          {archive(t, sound, nested(archive(t, tar.Header{Name: "x/y", Typeflag: tar.TypeSymlink, Linkname: "/"}))), "holds the link"},
		"nested bombs":            {archive(t, sound, nested(bomb), file("small/charts/other.tgz", string(bomb))), "more than 64 MiB"},
		"charts in charts":        {deep, "more than 6 deep"},
		"archive beside a folder": {archive(t, sound, nested(archive(t, file("x/Chart.yaml", ""))), file("small/charts/inner/Chart.yaml", "")), "two files named"},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := helmchart.Unpack(test.archive)
			if err == nil {
				t.Fatalf("unpacked into %d files", len(files))
			}
			if !strings.Contains(err.Error(), test.message) {
				t.Errorf("%q does not say %q", err, test.message)
			}
			if strings.ContainsAny(err.Error(), "\n\x1b") || !strings.Contains(err.Error(), ";") && test.message != "" && !strings.Contains(err.Error(), "pull the chart again") {
				t.Errorf("%q does not say what to do, on one line", err)
			}
		})
	}
}

// What follows the archive, or is split over several gzip members, does no harm.
func TestUnpackMembers(t *testing.T) {
	data := archive(t, file("small/Chart.yaml", chartYAML))
	for name, archive := range map[string][]byte{
		"text after":    append(bytes.Clone(data), "trailing"...),
		"archive after": append(bytes.Clone(data), data...),
	} {
		files, err := helmchart.Unpack(archive)
		if err != nil || len(files) != 1 {
			t.Errorf("%s: %d files, %v", name, len(files), err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, file("small/Chart.yaml", chartYAML)))
	f.Add(archive(f, file("small/Chart.yaml", chartYAML), file("small/charts/a.tgz", string(archive(f, file("a/Chart.yaml", ""))))))
	f.Add(archive(f, file("small/../x", ""), tar.Header{Name: "small/x", Typeflag: tar.TypeSymlink, Linkname: "/"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := helmchart.Unpack(data)
		if err != nil {
			if len(files) > 0 || strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
				t.Errorf("%d files and %q", len(files), err)
			}
			return
		}
		seen, total := map[string]bool{}, 0
		for _, file := range files {
			if file.Name != path.Clean(file.Name) || path.IsAbs(file.Name) || strings.HasPrefix(file.Name, "..") ||
				strings.ContainsAny(file.Name, "\\\x00\n") || !utf8.ValidString(file.Name) || seen[file.Name] {
				t.Errorf("bad name %q", file.Name)
			}
			seen[file.Name] = true
			total += len(file.Data)
		}
		if !seen["Chart.yaml"] || total > 64<<20 {
			t.Errorf("%d bytes, names %v", total, seen)
		}
	})
}
