package forwardauth

import (
	"net/http"
	"testing"
	"time"
)

// TestRevoke revokes one of two tokens, with the server running as a process.
func TestRevoke(t *testing.T) {
	s := start(t)
	ask := func(token string) int {
		status, _ := get(t, "http://"+s.Listen, http.Header{"Authorization": {"Bearer " + token}})
		return status
	}
	leaked, other := s.sign(t, "leaked"), s.sign(t, "other")
	if a, b := ask(leaked), ask(other); a != http.StatusOK || b != http.StatusOK {
		t.Fatalf("before: %d and %d", a, b)
	}
	s.revoke(t, `{"revoked": [{"id": "leaked", "subject": "ci", "reason": "was in a log", "revokedAt": "2026-01-02T03:04:05Z"}]}`)
	for tries := 0; ask(leaked) != http.StatusUnauthorized; tries++ {
		if tries == 600 {
			t.Fatal("the leaked token is never refused")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if got := ask(other); got != http.StatusOK {
		t.Errorf("the other token gets %d", got)
	}
}
