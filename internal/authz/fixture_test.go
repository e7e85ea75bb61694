package authz

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// fixture is a running server with its files, in a folder that is swapped as
// kubelet swaps it.
type fixture struct {
	*Server
	t      *testing.T
	key    *token.PrivateKey
	folder string
	logged *buffer
	client http.Client
	stop   context.CancelFunc
	served chan error
	swaps  int
}

const (
	keyFile  = "public-key"
	listFile = "revoked.json"
)

func start(t *testing.T, change func(*Options), before ...func(*Server)) *fixture {
	t.Helper()
	f := &fixture{t: t, key: newKey(t), folder: t.TempDir(), logged: &buffer{}, served: make(chan error, 1)}
	f.swap(map[string]string{keyFile: string(f.key.Public().PEM()), listFile: list()})
	o := Options{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0",
		PublicKeys: []string{f.path(keyFile)}, Revoked: f.path(listFile), Version: "v0-test", Log: f.logged,
	}
	if change != nil {
		change(&o)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var err error
	if f.Server, err = Listen(ctx, o); err != nil {
		t.Fatal(err)
	}
	for _, b := range before {
		b(f.Server)
	}
	f.stop = stop
	go func() { f.served <- f.Serve(ctx) }()
	f.client.Transport = http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(func() {
		f.client.CloseIdleConnections()
		stop()
		if err := <-f.served; err != nil {
			t.Error(err)
		}
	})
	return f
}

func newKey(t testing.TB) *token.PrivateKey {
	t.Helper()
	key, err := token.Generate(2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (f *fixture) path(name string) string { return filepath.Join(f.folder, name) }

// swap writes files as kubelet does: into a new folder, to which a link is then
// renamed, so that all of them change at once.
func (f *fixture) swap(files map[string]string) {
	f.t.Helper()
	f.swaps++
	folder := fmt.Sprintf("..%d", f.swaps)
	check(f.t, os.Mkdir(f.path(folder), 0o700))
	if old, err := os.Readlink(f.path("..data")); err == nil {
		check(f.t, os.CopyFS(f.path(folder), os.DirFS(f.path(old))))
	}
	for name, text := range files {
		check(f.t, os.WriteFile(f.path(folder+"/"+name), []byte(text), 0o600))
		if _, err := os.Lstat(f.path(name)); err != nil {
			check(f.t, os.Symlink("..data/"+name, f.path(name)))
		}
	}
	check(f.t, os.Symlink(folder, f.path("..new")))
	check(f.t, os.Rename(f.path("..new"), f.path("..data")))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// list is the text of a list that revokes IDs.
func list(ids ...string) string {
	entries := []map[string]string{}
	for _, id := range ids {
		entries = append(entries, map[string]string{"id": id, "subject": "ci", "reason": "lost", "revokedAt": "2026-01-02T03:04:05Z"})
	}
	text, err := json.Marshal(map[string]any{"revoked": entries})
	if err != nil {
		panic(err) // a map of strings
	}
	return string(text)
}

// claims are those of a token that is good for an hour.
func claims(id string) token.Claims {
	now := time.Now().Truncate(time.Second)
	return token.Claims{
		ID: id, Subject: "ci-of-" + id, IssuedAt: now.Add(-time.Minute), NotBefore: now.Add(-time.Minute), ExpiresAt: now.Add(time.Hour),
		Access: token.Access{{Pattern: "main", Permissions: token.Permissions{Pull: true}}},
	}
}

func (f *fixture) sign(c token.Claims) string { return sign(f.t, f.key, c) }

func sign(t testing.TB, key *token.PrivateKey, c token.Claims) string {
	t.Helper()
	text, err := token.Sign(key, c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func bearer(text string) string { return "Bearer " + text }

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

type answer struct {
	status    int
	body      string
	challenge []string
}

// ask sends a request as Traefik would, with Authorization headers.
func (f *fixture) ask(authorization ...string) answer {
	f.t.Helper()
	a, err := f.request(authorization...)
	check(f.t, err)
	return a
}

func (f *fixture) request(authorization ...string) (answer, error) {
	r, err := http.NewRequest(http.MethodGet, "http://"+f.Addr().String()+"/", nil)
	if err != nil {
		return answer{}, err
	}
	r.Header["Authorization"] = authorization
	r.Header.Set("X-Forwarded-Host", "cache.example.com")
	r.Header.Set("X-Forwarded-Method", http.MethodPut)
	r.Header.Set("X-Forwarded-Uri", "/_api/v1/upload-path?secret=in-the-uri")
	response, err := f.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(body), response.Header.Values("WWW-Authenticate")}, err
}

func (f *fixture) admin(path string) (int, string) {
	f.t.Helper()
	response, err := f.client.Get("http://" + f.AdminAddr().String() + path)
	check(f.t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	check(f.t, err)
	return response.StatusCode, string(body)
}

// metric is the value of a series, as Prometheus would read it.
func (f *fixture) metric(series string) string {
	f.t.Helper()
	_, text := f.admin("/metrics")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	f.t.Fatalf("no series %s in\n%s", series, text)
	return ""
}

// await asks until a condition holds.
func (f *fixture) await(what string, holds func() bool) {
	f.t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	logged := f.logged.String()
	f.t.Fatalf("never: %s; the log begins:\n%s", what, logged[:min(len(logged), 4<<10)])
}

// buffer is a log that is read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
