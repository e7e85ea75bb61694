package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// A bug that has a token in its hands does not show it.
func TestPanicsShowNoToken(t *testing.T) {
	key, err := token.Generate(token.MinBits)
	if err != nil {
		t.Fatal(err)
	}
	now := begun()
	text, err := token.Sign(key, token.Claims{ID: "1", Subject: "s", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), "v0-test", []string{"token", "list"}, Streams{
		Out: &stdout, Err: &stderr, Now: func() time.Time { panic("holding " + text + " and " + string(key.PEM())) },
	})
	// The repository of this test is empty, so that the clock is not read there.
	if code == ExitOK || shows(stderr.String(), text) != "" {
		t.Errorf("code %d: %s", code, stderr.String())
	}
	stderr.Reset()
	code = Run(t.Context(), "v0-test", []string{"token", "inspect", "-"}, Streams{
		In: strings.NewReader(text), Out: &stdout, Err: &stderr, Now: func() time.Time { panic("holding " + text + " and " + string(key.PEM())) },
	})
	if code != ExitOutput || !strings.Contains(stderr.String(), "has a bug") || !strings.Contains(stderr.String(), "[redacted]") {
		t.Errorf("code %d: %s", code, stderr.String())
	}
	for what, secret := range map[string]string{"token": text, "key": string(key.PEM())} {
		if form := shows(stdout.String()+stderr.String(), secret); form != "" {
			t.Errorf("the %s is shown (%s)", what, form)
		}
	}
}
