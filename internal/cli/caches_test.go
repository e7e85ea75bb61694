package cli

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The Job takes a token alone, and as issuing writes it into Secrets.
func TestCachesApplyTakesBothFormsOfAToken(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("caches.json", `{"main": {"public": true, "priority": 41, "upstreamCacheKeyNames": []}}`)
	for name, tt := range map[string]struct {
		text, shown string
		code        int
		says        string
	}{
		"alone":           {"the-token\n", "Bearer the-token", ExitOutput, ""},
		"in JSON":         {`{"secret":"the-token","name":"caches-job"}`, "Bearer the-token", ExitOutput, ""},
		"JSON without it": {`{"token":"the-token"}`, "", ExitInput, `token.json: error: is JSON without a token as "secret"`},
	} {
		t.Run(name, func(t *testing.T) {
			shown := ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				shown = r.Header.Get("Authorization")
				w.WriteHeader(http.StatusUnauthorized)
			}))
			defer server.Close()
			write("token.json", tt.text)
			var out, stderr bytes.Buffer
			code := Run(context.Background(), "v0-test", []string{"caches", "apply", "--server", server.URL, "--token-file", "token.json", "--wait", "1s", "caches.json"},
				Streams{In: strings.NewReader(""), Out: &out, Err: &stderr})
			if code != tt.code || shown != tt.shown || !strings.Contains(stderr.String(), tt.says) {
				t.Errorf("exit code %d, shown %q: %s", code, shown, stderr.String())
			}
			if strings.Contains(stderr.String()+out.String(), "the-token") {
				t.Error("the token is printed")
			}
		})
	}
}
