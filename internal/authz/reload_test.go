package authz

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// TestRevokingWhileRunning revokes one token while it and others are in use. The
// others never notice.
func TestRevokingWhileRunning(t *testing.T) {
	f := start(t, nil)
	victim := bearer(f.sign(claims("victim")))
	if got := f.ask(victim); got.status != http.StatusOK {
		t.Fatalf("before: %d", got.status)
	}
	stop := make(chan struct{})
	var others sync.WaitGroup
	var bad atomic.Value
	for i := range 4 {
		header := bearer(f.sign(claims(fmt.Sprint("other-", i))))
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got, err := f.request(header); err != nil || got.status != http.StatusOK {
					bad.Store(fmt.Sprintf("%d %v", got.status, err))
				}
			}
		})
	}
	f.swap(map[string]string{listFile: list("victim")})
	f.await("the token is refused", func() bool { return f.ask(victim).status == http.StatusUnauthorized })
	// And taken back.
	f.swap(map[string]string{listFile: list("somebody-else")})
	f.await("the token is let in again", func() bool { return f.ask(victim).status == http.StatusOK })
	close(stop)
	others.Wait()
	if got := bad.Load(); got != nil {
		t.Errorf("another token got %v", got)
	}
}

// TestBadFilesFailClosed makes files useless, and good again.
func TestBadFilesFailClosed(t *testing.T) {
	tests := map[string]struct{ file, bad string }{
		"list corrupt":   {listFile, `{"revoked": [`},
		"list empty":     {listFile, ""},
		"list of others": {listFile, `{"tokens": []}`},
		"list too large": {listFile, list() + strings.Repeat(" ", maxListFile)},
		"key corrupt":    {keyFile, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"},
		"key too large":  {keyFile, strings.Repeat("\n", maxKeyFile+1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, nil)
			header := bearer(f.sign(claims("good")))
			good := map[string]string{keyFile: string(f.key.Public().PEM()), listFile: list()}[test.file]
			if got := f.ask(header); got.status != http.StatusOK {
				t.Fatalf("before: %d", got.status)
			}
			f.swap(map[string]string{test.file: test.bad})
			f.await("tokens are refused", func() bool { return f.ask(header).status == http.StatusServiceUnavailable })
			if got := f.ask(); got.status != http.StatusOK {
				t.Errorf("a request without a token gets %d", got.status)
			}
			// Without a ready replica, those without a token would be refused, too.
			if status, text := f.admin("/readyz"); status != http.StatusOK {
				t.Errorf("not ready: %s", text)
			}
			if status, _ := f.admin("/livez"); status != http.StatusOK {
				t.Error("not alive; a restart would not help")
			}
			failures := `atticgen_authz_reload_failures_total{file="list"}`
			if test.file == keyFile {
				failures = `atticgen_authz_reload_failures_total{file="public_keys"}`
			}
			f.await("metrics and log tell", func() bool {
				return f.metric(failures) != "0" && f.metric("atticgen_authz_usable") == "0" && strings.Contains(f.logged.String(), "cannot use")
			})
			if n := strings.Count(f.logged.String(), "cannot use"); n != 1 {
				t.Errorf("said %d times:\n%s", n, f.logged)
			}
			f.swap(map[string]string{test.file: good})
			f.await("tokens are let in again", func() bool { return f.ask(header).status == http.StatusOK })
			if ready, usable := f.metric("atticgen_authz_ready"), f.metric("atticgen_authz_usable"); ready != "1" || usable != "1" {
				t.Errorf("metrics say ready %s and usable %s", ready, usable)
			}
		})
	}
}

// TestFilesThatComeLater starts without a list: a rollout would get no further.
func TestFilesThatComeLater(t *testing.T) {
	f := start(t, func(o *Options) { o.Revoked += ".later" })
	if status, text := f.admin("/readyz"); status != http.StatusServiceUnavailable || text != "no good list of revoked tokens\n" {
		t.Errorf("before: %d %s", status, text)
	}
	// A key that goes while the list comes makes no one ready.
	f.swap(map[string]string{keyFile: "no key"})
	f.await("the key is bad", func() bool { return strings.Contains(f.logged.String(), "cannot use the public keys") })
	f.swap(map[string]string{listFile + ".later": list()})
	f.await("the list is read", func() bool { return f.metric("atticgen_authz_list_loaded_timestamp_seconds") != "0" })
	if status, text := f.admin("/readyz"); status != http.StatusServiceUnavailable || text != "no good public keys\n" {
		t.Errorf("with one of the two: %d %s", status, text)
	}
	check(t, os.Remove(f.path(listFile+".later")))
	f.swap(map[string]string{keyFile: string(f.key.Public().PEM())})
	f.await("the key is good", func() bool { return f.keys.good() != nil && f.list.good() == nil })
	header := bearer(f.sign(claims("good")))
	if got := f.ask(header); got.status != http.StatusServiceUnavailable {
		t.Errorf("without a list: %d", got.status)
	}
	f.swap(map[string]string{listFile + ".later": list()})
	f.await("tokens are let in", func() bool { return f.ask(header).status == http.StatusOK })
	// A file that goes is one that cannot be read.
	check(t, os.Remove(f.path(listFile+".later")))
	f.await("tokens are refused", func() bool { return f.ask(header).status == http.StatusServiceUnavailable })
	if status, text := f.admin("/readyz"); status != http.StatusOK {
		t.Errorf("afterwards: %d %s", status, text)
	}
}

// TestKeyRotation has two keys for a while; tokens of the first are forgotten
// with it.
func TestKeyRotation(t *testing.T) {
	f := start(t, func(o *Options) { o.PublicKeys = append(o.PublicKeys, o.PublicKeys[0]+"-next") })
	next := newKey(t)
	f.swap(map[string]string{keyFile + "-next": next.Public().Base64()})
	ofOld, ofNext := bearer(f.sign(claims("old"))), bearer(sign(t, next, claims("next")))
	f.await("both are let in", func() bool {
		return f.ask(ofOld).status == http.StatusOK && f.ask(ofNext).status == http.StatusOK
	})
	f.swap(map[string]string{keyFile: next.Public().Base64()})
	f.await("the old one is refused", func() bool { return f.ask(ofOld).status == http.StatusUnauthorized })
	if got := f.ask(ofNext); got.status != http.StatusOK {
		t.Errorf("the next one gets %d", got.status)
	}
}

// TestStuckPoll is a process that should be restarted.
func TestStuckPoll(t *testing.T) {
	f := start(t, nil, func(s *Server) {
		start := s.now()
		s.polled.Store(start.Add(-2 * stuckAfter).Unix())
		s.now = func() time.Time { return start }
		s.keys.read = func([][]byte) ([][]byte, *keyring, error) { select {} }
	})
	if status, text := f.admin("/livez"); status != http.StatusServiceUnavailable {
		t.Errorf("alive: %s", text)
	}
}

// TestPanicsAreRefusals breaks the check itself.
func TestPanicsAreRefusals(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	f := start(t, nil, func(s *Server) {
		s.verify = func(text string, keys []*token.PublicKey, o token.Options) (token.Parsed, error) {
			if broken.Load() {
				panic(errors.New("no luck with " + text))
			}
			return verifyToken(text, keys, o)
		}
	})
	text := f.sign(claims("good"))
	if got := f.ask(bearer(text)); got.status != http.StatusServiceUnavailable {
		t.Errorf("got %d", got.status)
	}
	if f.metric(`atticgen_authz_requests_total{outcome="failed"}`) != "1" {
		t.Error("it was not counted")
	}
	broken.Store(false)
	if got := f.ask(bearer(text)); got.status != http.StatusOK {
		t.Errorf("afterwards: %d; the turn was not given back", got.status)
	}
}
