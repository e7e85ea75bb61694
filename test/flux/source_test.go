package flux

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// archives is what source-controller would serve.
type archives struct {
	url string

	mu     sync.Mutex
	byPath map[string][]byte
}

func serveArchives(t *testing.T) *archives {
	t.Helper()
	a := &archives{byPath: map[string][]byte{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func (a *archives) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	archive, ok := a.byPath[r.URL.Path]
	a.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(archive)
}

// add serves the folder environments of a repository, and returns the artifact
// that a GitRepository then has.
func (a *archives) add(t *testing.T, repository string) map[string]any {
	t.Helper()
	archive := pack(t, filepath.Join(repository, "environments"))
	commit := sha1.Sum(archive)
	digest := sha256.Sum256(archive)
	path := "/" + hex.EncodeToString(commit[:]) + ".tar.gz"
	a.mu.Lock()
	a.byPath[path] = archive
	a.mu.Unlock()
	return map[string]any{
		"digest":         "sha256:" + hex.EncodeToString(digest[:]),
		"lastUpdateTime": now(),
		"path":           path,
		"revision":       "main@sha1:" + hex.EncodeToString(commit[:]),
		"size":           len(archive),
		"url":            a.url + path,
	}
}

// pack makes an archive of a folder, in which the folder is.
func pack(t *testing.T, dir string) []byte {
	t.Helper()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	files := tar.NewWriter(zipped)
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(dir), path)
		if err != nil {
			return err
		}
		if err := files.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err = files.Write(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// setStatus writes the status of an object, as its controller would.
func (f *flux) setStatus(t *testing.T, object *unstructured.Unstructured, status map[string]any) {
	t.Helper()
	resource, err := f.Resource(object)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resource.Patch(t.Context(), object.GetName(), types.MergePatchType, data, metav1.PatchOptions{}, "status"); err != nil {
		t.Fatal(err)
	}
}

// ready is the condition that everything here reports its state by.
func ready(status, reason string) []any {
	return []any{map[string]any{
		"type": "Ready", "status": status, "reason": reason,
		"message": "The test says so", "lastTransitionTime": now(),
	}}
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }
