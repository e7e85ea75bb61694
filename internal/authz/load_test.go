package authz

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// TestParallelLoad mixes tokens of all kinds from many clients while the list
// changes all the time.
func TestParallelLoad(t *testing.T) {
	f := start(t, nil)
	another := newKey(t)
	f.swap(map[string]string{listFile: list("revoked")})
	f.await("a token is revoked", func() bool { return f.metric("atticgen_authz_revoked_tokens") == "1" })
	var clients sync.WaitGroup
	for i := range 16 {
		id := fmt.Sprint("token-", i)
		want, header := http.StatusOK, bearer(f.sign(claims(id)))
		switch i % 4 {
		case 1:
			want, header = http.StatusUnauthorized, bearer(f.sign(claims("revoked")))
		case 2:
			want, header = http.StatusUnauthorized, bearer(sign(t, another, claims(id)))
		}
		clients.Go(func() {
			for range 500 {
				got, err := f.request(header)
				if err != nil || got.status != want {
					t.Errorf("client %d got %d, %v; want %d", i, got.status, err, want)
					return
				}
			}
		})
	}
	for i := range 50 {
		f.swap(map[string]string{listFile: list("revoked", fmt.Sprint("another-", i))})
		time.Sleep(10 * time.Millisecond)
	}
	clients.Wait()
}

// TestFloodKeepsGoodTokens sends far more bad tokens than are remembered.
func TestFloodKeepsGoodTokens(t *testing.T) {
	s := &Server{now: time.Now}
	s.metrics = newMetrics(s)
	checked := 0
	s.verify = func(text string, _ []*token.PublicKey, _ token.Options) (token.Parsed, error) {
		checked++
		if strings.HasPrefix(text, "good") {
			return token.Parsed{Claims: claims(text)}, nil
		}
		return token.Parsed{}, token.ErrSignature
	}
	keys := newKeyring(nil)
	const good = mostVerified / 2
	for i := range good {
		s.check(keys, fmt.Sprint("good", i))
	}
	for i := range 10 * mostVerified {
		s.check(keys, fmt.Sprint("bad", i))
	}
	if got := keys.refused.size(); got > mostRefused {
		t.Errorf("%d refused tokens are remembered", got)
	}
	checked = 0
	for i := range good {
		s.check(keys, fmt.Sprint("good", i))
	}
	if checked != 0 {
		t.Errorf("%d of %d good tokens were forgotten", checked, good)
	}
	// And no number of good ones takes more room than there is.
	for i := range 10 * mostVerified {
		s.check(keys, fmt.Sprint("good", i))
	}
	if got := keys.verified.size(); got > mostVerified {
		t.Errorf("%d good tokens are remembered", got)
	}
}

// TestQueueIsBounded has more unknown tokens than may wait, and a known one that
// does not.
func TestQueueIsBounded(t *testing.T) {
	hold, release := make(chan struct{}, 2*mostWaiting), make(chan struct{})
	f := start(t, nil)
	known := bearer(f.sign(claims("known")))
	if got := f.ask(known); got.status != http.StatusOK {
		t.Fatal(got.status)
	}
	keys := f.keys.good()
	var waiting sync.WaitGroup
	for range mostWaiting {
		waiting.Go(func() {
			if keys.queue.enter() {
				hold <- struct{}{}
				<-release
				keys.queue.leave()
			}
		})
	}
	<-hold
	f.await("the queue is full", func() bool { return keys.queue.waiting.Load() == mostWaiting })
	if got := f.ask(bearer(f.sign(claims("unknown")))); got.status != http.StatusServiceUnavailable {
		t.Errorf("an unknown token gets %d", got.status)
	}
	if got := f.ask(known); got.status != http.StatusOK {
		t.Errorf("a known token gets %d", got.status)
	}
	close(release)
	waiting.Wait()
	if got := f.ask(bearer(f.sign(claims("unknown")))); got.status != http.StatusOK {
		t.Errorf("afterwards an unknown token gets %d", got.status)
	}
}

// TestStop answers while the proxy is still sending, and then no more.
func TestStop(t *testing.T) {
	f := start(t, func(o *Options) { o.Drain = time.Second })
	header := bearer(f.sign(claims("good")))
	f.stop()
	f.await("it is not ready", func() bool { status, _ := f.admin("/readyz"); return status == http.StatusServiceUnavailable })
	if got := f.ask(header); got.status != http.StatusOK {
		t.Errorf("while draining: %d", got.status)
	}
	f.await("it is gone", func() bool { _, err := f.request(header); return err != nil })
	for _, want := range []string{`"msg":"started"`, `"msg":"stopping"`, `"msg":"stopped"`} {
		f.await(want, func() bool { return strings.Contains(f.logged.String(), want) })
	}
}

// TestTakenAddress is an error and not a server that nobody reaches.
func TestTakenAddress(t *testing.T) {
	f := start(t, nil)
	o := f.options
	o.Listen, o.Admin = "127.0.0.1:0", f.AdminAddr().String()
	if _, err := Listen(context.Background(), o); err == nil {
		t.Error("two servers at one address")
	}
}

// TestLog looks for what must be in the log, and what must not.
func TestLog(t *testing.T) {
	f := start(t, nil)
	f.swap(map[string]string{listFile: list("revoked")})
	f.await("a token is revoked", func() bool { return f.metric("atticgen_authz_revoked_tokens") == "1" })
	text := f.sign(claims("revoked"))
	f.ask(bearer(text))
	f.await("the refusal is logged", func() bool { return strings.Contains(f.logged.String(), `"msg":"refused"`) })
	for _, want := range []string{`"reason":"revoked"`, `"subject":"ci-of-revoked"`, `"id":"revoked"`, token.Digest(text), `"revocation_id":"` + revocation.Digest(text) + `"`, `"host":"cache.example.com"`, `"method":"PUT"`} {
		if !strings.Contains(f.logged.String(), want) {
			t.Errorf("no %s in the log:\n%s", want, f.logged)
		}
	}
	// Claims of a stranger are his own words, and not logged.
	stranger := sign(t, newKey(t), claims("stranger"))
	for range 10 * refusalBurst {
		f.ask(basic("attic", stranger))
	}
	logged := f.logged.String()
	if got := strings.Count(logged, `"msg":"refused"`); got >= 10*refusalBurst {
		t.Errorf("%d refusals are logged", got)
	}
	secrets := []string{"ci-of-stranger", "in-the-uri", revocation.Digest(stranger)}
	for _, s := range []string{text, stranger} {
		secrets = append(secrets, strings.Split(s, ".")...)
	}
	// All tokens begin with the same header, which is no secret.
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == strings.Split(text, ".")[0] })
	for _, secret := range secrets {
		if strings.Contains(logged, secret) {
			t.Errorf("%.20s… is in the log", secret)
		}
	}
}
