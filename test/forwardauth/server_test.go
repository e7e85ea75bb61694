// Package forwardauth tests the authz server as a process, with what asks it.
package forwardauth

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

func TestMain(m *testing.M) {
	defer testbin.Cleanup()
	m.Run()
}

// server is atticgen authz as a process.
type server struct {
	key           *token.PrivateKey
	list          string
	Listen, Admin string
}

func start(t *testing.T) *server {
	t.Helper()
	key, err := token.Generate(2048)
	check(t, err)
	folder := t.TempDir()
	s := &server{key: key, list: filepath.Join(folder, "revoked.json")}
	s.revoke(t, `{"revoked": []}`)
	keyFile := filepath.Join(folder, "public-key")
	check(t, os.WriteFile(keyFile, []byte(key.Public().Base64()), 0o600))

	cmd := exec.Command(testbin.Atticgen(t), "authz", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--drain", "0s", "--public-key", keyFile, "--revoked", s.list)
	log, err := cmd.StderrPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewScanner(log)
	for s.Listen == "" && lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), s); err != nil {
			t.Errorf("a line of the log is no JSON: %s", lines.Text())
		}
	}
	rest := make(chan struct{})
	go func() {
		defer close(rest)
		_, _ = io.Copy(io.Discard, log)
	}()
	t.Cleanup(func() {
		check(t, cmd.Process.Signal(syscall.SIGTERM))
		<-rest
		if err := cmd.Wait(); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	})
	if s.Listen == "" {
		t.Fatal("the server did not start")
	}
	return s
}

// revoke replaces the list, whole.
func (s *server) revoke(t *testing.T, text string) {
	t.Helper()
	check(t, os.WriteFile(s.list+".new", []byte(text), 0o600))
	check(t, os.Rename(s.list+".new", s.list))
}

func (s *server) sign(t *testing.T, id string) string {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	text, err := token.Sign(s.key, token.Claims{
		ID: id, Subject: "ci", IssuedAt: now.Add(-time.Minute), NotBefore: now.Add(-time.Minute), ExpiresAt: now.Add(time.Hour),
		Access: token.Access{{Pattern: "main", Permissions: token.Permissions{Pull: true}}},
	})
	check(t, err)
	return text
}

func get(t *testing.T, url string, header http.Header) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	check(t, err)
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	check(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	check(t, err)
	return response.StatusCode, string(body)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
