package buckets

import (
	"bytes"
	"encoding/base64"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

// Credentials of the servers' owners.
const (
	ownerKey    = "atticgen-owner"
	ownerSecret = "not-a-real-secret-0123456789"
)

// freeAddress is one on loopback that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// minio starts MinIO, with keys for encryption, and returns at once:
// atticgen can wait for it.
func minio(t *testing.T, address string) {
	t.Helper()
	start(t, testbin.MinIO(t), []string{
		"MINIO_ROOT_USER=" + ownerKey,
		"MINIO_ROOT_PASSWORD=" + ownerSecret,
		"MINIO_REGION=" + region,
		"MINIO_KMS_SECRET_KEY=test:" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"MINIO_BROWSER=off",
		"MINIO_UPDATE=off",
	}, "server", "--quiet", "--address", address, t.TempDir())
}

// versitygw starts a store that has hardly any settings.
func versitygw(t *testing.T, address string, options ...string) {
	t.Helper()
	args := append([]string{"--port", address, "--region", region, "--quiet", "posix"}, options...)
	start(t, testbin.VersityGW(t), []string{"ROOT_ACCESS_KEY=" + ownerKey, "ROOT_SECRET_KEY=" + ownerSecret}, append(args, t.TempDir())...)
}

// start runs a server until the test ends. What it says is shown if the test
// fails.
func start(t *testing.T, program string, env []string, args ...string) {
	t.Helper()
	var out output
	cmd := exec.Command(program, args...)
	cmd.Env = append(env, "HOME="+t.TempDir(), "PATH="+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s says:\n%s", filepath.Base(program), out.String())
		}
	})
}

// output is written to by a process while a test reads it.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// credentials are what atticgen finds in its environment.
type credentials struct{ key, secret, session string }

var owner = credentials{key: ownerKey, secret: ownerSecret}

// atticgen runs it with credentials and returns what it prints, a line each, and
// its exit code. No secret may be in that.
func atticgen(t *testing.T, as credentials, args ...string) (stdout, stderr []string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	cmd := exec.Command(testbin.Atticgen(t), args...)
	cmd.Env = []string{"AWS_ACCESS_KEY_ID=" + as.key, "AWS_SECRET_ACCESS_KEY=" + as.secret, "AWS_SESSION_TOKEN=" + as.session}
	cmd.Stdout, cmd.Stderr = &out, &err
	if failure := cmd.Run(); failure != nil && cmd.ProcessState == nil {
		t.Fatal(failure)
	}
	for _, secret := range []string{as.secret, as.session} {
		if secret != "" && strings.Contains(out.String()+err.String(), secret) {
			t.Error("a secret is printed")
		}
	}
	return linesOf(out.String()), linesOf(err.String()), cmd.ProcessState.ExitCode()
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
