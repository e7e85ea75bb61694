package buckets

import (
	"bytes"
	"encoding/base64"
	"net"
	"os/exec"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
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
	return net.JoinHostPort("127.0.0.1", cluster.FreePort(t))
}

// minio starts MinIO, with keys for encryption, and returns at once:
// atticgen can wait for it.
func minio(t *testing.T, address string) {
	t.Helper()
	cluster.Start(t, testbin.MinIO(t), []string{
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
	cluster.Start(t, testbin.VersityGW(t), []string{"ROOT_ACCESS_KEY=" + ownerKey, "ROOT_SECRET_KEY=" + ownerSecret}, append(args, t.TempDir())...)
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
