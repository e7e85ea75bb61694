package helmchart_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// memory is a chart and files with values that need no folder.
type memory struct {
	chart  []helmchart.File
	values map[string]string
}

func (m memory) Chart(v1alpha1.ChartRef) ([]helmchart.File, error) { return m.chart, nil }

func (m memory) Values(path string) ([]byte, error) {
	content, ok := m.values[path]
	if !ok {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return []byte(content), nil
}

const demo = "testdata/charts/demo"

// demoFiles is the files of the demo chart.
func demoFiles(t testing.TB) []helmchart.File {
	t.Helper()
	var files []helmchart.File
	err := filepath.WalkDir(demo, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(demo, path)
		files = append(files, helmchart.File{Name: filepath.ToSlash(name), Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// chart is a chart of a few files, named and versioned as spec names it.
func chart(files map[string]string) memory {
	var all []helmchart.File
	if _, ok := files["Chart.yaml"]; !ok {
		all = append(all, helmchart.File{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: small\nversion: 1.0.0\n")})
	}
	// In whatever order: it does not matter.
	for name, content := range files {
		all = append(all, helmchart.File{Name: name, Data: []byte(content)})
	}
	return memory{chart: all}
}

// small is a spec for what chart returns.
func small(change func(*v1alpha1.HelmChartSpec)) v1alpha1.HelmChart {
	spec := v1alpha1.HelmChartSpec{Chart: v1alpha1.ChartRef{Name: "small", Version: "1.0.0"}}
	if change != nil {
		change(&spec)
	}
	return v1alpha1.HelmChart{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindHelmChart,
		Metadata: v1alpha1.Metadata{Name: "release", Namespace: "target"},
		Spec:     spec,
	}
}

// generate fails the test on errors.
func generate(t testing.TB, spec v1alpha1.HelmChart, files helmchart.Files) []meta.Object {
	t.Helper()
	objects, problems := helmchart.Generate(spec, files)
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return objects
}

// object is the fields of one of the objects.
func object(t testing.TB, objects []meta.Object, kind, name string) map[string]any {
	t.Helper()
	for _, o := range objects {
		if o.GetObjectKind().GroupVersionKind().Kind == kind && (o.GetName() == name || strings.HasPrefix(o.GetName(), name+"-")) {
			return fieldsOf(t, o)
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}

func fieldsOf(t testing.TB, o any) map[string]any {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, data)
}

func decoded(t testing.TB, data []byte) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n"

// archive is a .tgz of entries.
func archive(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, header := range entries {
		content := header.Linkname
		if header.Typeflag == 0 {
			header.Typeflag = tar.TypeReg
		}
		if header.Typeflag == tar.TypeReg {
			header.Linkname, header.Size = "", int64(len(content))
		}
		if header.Typeflag != tar.TypeXGlobalHeader {
			header.Mode = 0o644
		}
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			if _, err := w.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// file is an entry of archive; a regular file's content travels in Linkname.
func file(name, content string) tar.Header { return tar.Header{Name: name, Linkname: content} }

func must(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return data
}
