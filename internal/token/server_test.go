package token_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// TestServerAgrees asks the real server, where there is one, about every token of
// the tables: it must decide as this package does.
func TestServerAgrees(t *testing.T) {
	program := os.Getenv("ATTICGEN_ATTICD")
	if program == "" {
		t.Skip("no server to compare with: set ATTICGEN_ATTICD to the path of an atticd of version 0.1.0")
	}
	const bound = "token-bound-issuer = \"a\"\ntoken-bound-audiences = [\"b\", \"c\"]\n"
	at := startServer(t, program, "")
	boundAt := startServer(t, program, bound)
	now := time.Now()
	for _, tt := range verdicts(t, now) {
		accepted := isAccepted(t, at, "Bearer "+tt.text, "x")
		if want := tt.want == nil || tt.stricter; accepted != want {
			t.Errorf("%s: accepted %v by the server, and %v here", tt.name, accepted, tt.want)
		}
	}
	for _, parties := range []struct {
		issuer    string
		audiences []string
	}{{}, {issuer: "a"}, {"a", []string{"b"}}, {"a", []string{"x", "c"}}, {"A", []string{"b"}}, {"a", []string{"x"}}, {"", []string{"b"}}} {
		text := sign(t, token.Claims{
			Subject: "x", ExpiresAt: now.Add(time.Hour), Issuer: parties.issuer, Audiences: parties.audiences,
			Access: token.Access{{Pattern: "*", Permissions: token.Permissions{Pull: true}}},
		})
		_, err := token.Verify(text, []*token.PublicKey{ourKey().Public()}, token.Options{Now: now, Issuer: "a", Audiences: []string{"b", "c"}})
		if accepted := isAccepted(t, boundAt, "Bearer "+text, "x"); accepted != (err == nil) {
			t.Errorf("%+v: accepted %v by the server, and %v here", parties, accepted, err)
		}
	}
	for _, tt := range evaluations {
		text := signed(t, header, fmt.Sprintf(`{"exp":%d,"https://jwt.attic.rs/v1":{"caches":%s}}`, now.Unix()+3600, tt.caches))
		if accepted, want := isAccepted(t, at, "Bearer "+text, tt.cache), len(tt.want) > 0; accepted != want {
			t.Errorf("%s for %s: discovered %v by the server, %v here", tt.caches, tt.cache, accepted, want)
		}
	}
	for _, tt := range authorizations(sign(t, token.Claims{
		Subject: "x", ExpiresAt: now.Add(time.Hour), Access: token.Access{{Pattern: "*", Permissions: token.Permissions{Pull: true}}},
	})) {
		got, ok := token.FromHeader(tt.header)
		_, err := token.Parse(got)
		if accepted := isAccepted(t, at, tt.header, "x"); accepted != (ok && err == nil) {
			t.Errorf("%.20q…: accepted %v by the server, and %v, %v here", tt.header, accepted, ok, err)
		}
	}
}

// isAccepted tells whether a server lets a token discover a cache, which there is
// none of: then it says so instead of refusing the request.
func isAccepted(t *testing.T, address, authorization, cache string) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/_api/v1/cache-config/"+cache, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotFound:
		return true
	case http.StatusUnauthorized:
		return false
	}
	t.Fatalf("the server answers %s", response.Status)
	return false
}

// startServer runs a server that knows our public key alone, until the test ends.
func startServer(t *testing.T, program, jwt string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := fmt.Sprintf(`listen = %q
[database]
url = "sqlite://%s/attic.db?mode=rwc"
[storage]
type = "local"
path = %q
[chunking]
nar-size-threshold = 65536
min-size = 16384
avg-size = 65536
max-size = 262144
[jwt]
%s[jwt.signing]
token-rs256-pubkey-base64 = %q
`, address, dir, dir, jwt, ourKey().Public().Base64())
	file := filepath.Join(dir, "server.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var output strings.Builder
	run := func(mode string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), program, "--config", file, "--mode", mode)
		command.Env = []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir}
		command.Stdout, command.Stderr = &output, &output
		return command
	}
	if err := run("db-migrations").Run(); err != nil {
		t.Fatal(err, output.String())
	}
	command := run("api-server")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Log(output.String())
		}
	})
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the server does not start")
	return ""
}
