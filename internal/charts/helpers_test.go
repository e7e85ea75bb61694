package charts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// packed is a chart as helm package would write it.
func packed(t testing.TB, name, version string, extra map[string]string) []byte {
	t.Helper()
	files := map[string]string{
		"Chart.yaml":         chartYAML(name, version),
		"values.yaml":        "replicas: 1\n",
		"templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
	}
	maps.Copy(files, extra)
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name + "/" + file, Mode: 0o644, Size: int64(len(files[file]))}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(files[file])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func chartYAML(name, version string) string {
	return fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\n", name, version)
}

// folder is a folder with some files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	return dir
}

func put(t testing.TB, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// snapshot is every file of a folder and its content.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// within has the test work in a folder, so that messages have short paths.
func within(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := folder(t, files)
	t.Chdir(dir)
	return dir
}

func lockOf(entries ...Entry) string { return string(format(entries)) }

// repository is a chart repository over HTTP.
type repository struct {
	*httptest.Server
	// files by path.
	files map[string][]byte
	// asked are the paths that were asked for.
	asked []string
	// handle, if it answers, comes first.
	handle func(http.ResponseWriter, *http.Request) bool
}

func newRepository(t testing.TB, archives map[string][]byte) *repository {
	t.Helper()
	r := &repository{files: map[string][]byte{}}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	var index strings.Builder
	index.WriteString("apiVersion: v1\nentries:\n")
	byName := map[string][]string{}
	for file := range archives {
		name := file[:strings.LastIndex(file, "-")]
		byName[name] = append(byName[name], file)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		fmt.Fprintf(&index, "  %s:\n", name)
		slices.Sort(byName[name])
		for _, file := range byName[name] {
			version := strings.TrimSuffix(file[len(name)+1:], ".tgz")
			fmt.Fprintf(&index, "  - apiVersion: v2\n    description: |\n      a chart\n\n      version: 0.0.0\n    digest: %s\n    name: %s\n    urls:\n    - archives/%s\n    version: %s\n",
				strings.TrimPrefix(sum(archives[file]), "sha256:"), name, file, version)
			r.files["/charts/archives/"+file] = archives[file]
		}
	}
	index.WriteString("generated: \"2026-01-01T00:00:00Z\"\n")
	r.files["/charts/index.yaml"] = []byte(index.String())
	return r
}

func (r *repository) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.asked = append(r.asked, request.URL.Path)
	if r.handle != nil && r.handle(w, request) {
		return
	}
	data, ok := r.files[request.URL.Path]
	if !ok {
		http.NotFound(w, request)
		return
	}
	_, _ = w.Write(data)
}

// url is the address of the repository.
func (r *repository) url() string { return r.URL + "/charts" }

func (r *repository) ref(name, version string) v1alpha1.ChartRef {
	return v1alpha1.ChartRef{Repository: r.url(), Name: name, Version: version}
}

func (r *repository) remote() Remote { return Remote{Transport: r.Client().Transport} }

// pull pulls charts that specs name, in the working directory.
func (r *repository) pull(t testing.TB, refs ...v1alpha1.ChartRef) ([]Outcome, error) {
	t.Helper()
	return Pull(context.Background(), Options{Root: ".", Refs: refs, Remote: r.remote()})
}

// wantError compares an error with a text, in which HOST is the repository's.
func wantError(t testing.TB, err error, host, want string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.ReplaceAll(err.Error(), host, "HOST")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func states(outcomes []Outcome) []string {
	var list []string
	for _, o := range outcomes {
		list = append(list, o.String()+" "+o.State)
	}
	return list
}
