package caches

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clock is a time that passes only while somebody sleeps.
type clock struct {
	time   time.Time
	pauses []time.Duration
	during func() // called in each sleep
}

func (c *clock) now() time.Time { return c.time }

func (c *clock) sleep(ctx context.Context, pause time.Duration) error {
	c.pauses = append(c.pauses, pause)
	c.time = c.time.Add(pause)
	if c.during != nil {
		c.during()
	}
	return ctx.Err()
}

func seconds(pauses ...int) []time.Duration {
	var list []time.Duration
	for _, p := range pauses {
		list = append(list, time.Duration(p)*time.Second)
	}
	return list
}

// afterwards lets the first requests get another answer than the server's.
func afterwards(count int64, answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	var requests atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) bool {
		early := requests.Add(1) <= count
		if early {
			answer(w, r)
		}
		return early
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

func TestWaits(t *testing.T) {
	databaseDown := func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusInternalServerError, "InternalServerError", "The server encountered an internal error or misconfiguration.")
	}
	tests := map[string]struct {
		count  int64
		answer http.HandlerFunc
		pauses []time.Duration
	}{
		"starting":        {6, status(http.StatusServiceUnavailable), seconds(1, 2, 4, 8, 15, 15)},
		"bad gateway":     {1, status(http.StatusBadGateway), seconds(1)},
		"gateway timeout": {1, status(http.StatusGatewayTimeout), seconds(1)},
		"too many":        {1, status(http.StatusTooManyRequests), seconds(1)},
		"hangs up":        {2, hangUp, seconds(1, 2)},
		"no database":     {3, databaseDown, seconds(1, 2, 4)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, server := newAttic(t)
			a.before = afterwards(tt.count, tt.answer)
			c := &clock{}
			out, err := apply(t, Options{
				Server: server.URL, Desired: desired{"main": cacheOf(41)}, Wait: time.Minute, now: c.now, sleep: c.sleep,
				// Without connections to use again, which net/http tries by itself.
				HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
			})
			if err != "" {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Outcome{{Name: "main", Action: Created, PublicKey: "main:key1="}}, out); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.pauses, c.pauses); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The address is free first, and then the server comes to it.
func TestWaitsForConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	a := &attic{t: t, token: "cc r", caches: map[string]*stored{}}
	c := &clock{}
	c.during = func() {
		if len(c.pauses) != 3 {
			return
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(a)
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
	}
	out, failure := apply(t, Options{Server: "http://" + address, Desired: desired{"main": cacheOf(41)}, Wait: time.Minute, now: c.now, sleep: c.sleep})
	if failure != "" {
		t.Fatal(failure)
	}
	if len(out) != 1 || out[0].Action != Created {
		t.Errorf("got %+v", out)
	}
	if diff := cmp.Diff(seconds(1, 2, 4), c.pauses); diff != "" {
		t.Error(diff)
	}
}

// A cache can be created although the answer is lost.
func TestAnswerIsLost(t *testing.T) {
	a, server := newAttic(t)
	lost := false
	a.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || lost {
			return false
		}
		lost = true
		a.caches["main"] = storedOf(cacheOf(41), "main:first=")
		w.WriteHeader(http.StatusGatewayTimeout)
		return true
	}
	c := &clock{}
	out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": keptFor(cacheOf(41), 60)}, Wait: time.Minute, now: c.now, sleep: c.sleep})
	if err != "" {
		t.Fatal(err)
	}
	want := []Outcome{{Name: "main", Action: Changed, Changes: []string{"retention the server's → 60s"}, PublicKey: "main:first="}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}

func TestGivesUp(t *testing.T) {
	a, server := newAttic(t)
	a.before = afterwards(1000, status(http.StatusServiceUnavailable))
	three := desired{"a": cacheOf(1), "b": cacheOf(2), "c": cacheOf(3)}
	tests := map[string]struct {
		wait   time.Duration
		pauses []time.Duration
	}{
		"the default": {0, append(seconds(1, 2, 4, 8), slices.Repeat(seconds(15), 19)...)},
		"a while":     {10 * time.Second, seconds(1, 2, 4, 3)},
		"at once":     {-1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			_, err := Apply(t.Context(), Options{
				Server: server.URL, Host: testHost, Token: testToken, Desired: three, Wait: tt.wait, now: c.now, sleep: c.sleep,
			})
			want := "cache a: GET: the server answers 503 Service Unavailable, not as Attic does: \"\"\n2 more caches were not tried"
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if diff := cmp.Diff(tt.pauses, c.pauses); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A database that never answers is the fault of no cache, but a row that cannot
// be read gives the same answer: the others are tried, without more waiting.
func TestNoDatabase(t *testing.T) {
	a, server := newAttic(t)
	a.before = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusInternalServerError, "InternalServerError", "")
		return true
	}
	c := &clock{}
	_, err := apply(t, Options{Server: server.URL, Desired: desired{"a": cacheOf(1), "b": cacheOf(2)}, Wait: 5 * time.Second, now: c.now, sleep: c.sleep})
	want := "cache a: GET: the server answers 500 InternalServerError: \ncache b: GET: the server answers 500 InternalServerError: "
	if err != want {
		t.Errorf("got  %q\nwant %q", err, want)
	}
	if diff := cmp.Diff(seconds(1, 2, 2), c.pauses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET a", "GET a", "GET a", "GET a", "GET b"}, a.methods()); diff != "" {
		t.Error(diff)
	}
}

func TestDoesNotWait(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	_, plain := newAttic(t)
	for name, tt := range map[string]struct{ server, want string }{
		"unknown certificate": {secure.URL, "tls: failed to verify certificate"},
		"plain as TLS":        {strings.Replace(plain.URL, "http:", "https:", 1), "server gave HTTP response to HTTPS client"},
		"wrong path":          {plain.URL + "/attic", "404 NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			_, err := apply(t, Options{Server: tt.server, Desired: desired{"main": cacheOf(41)}, Wait: time.Minute, now: c.now, sleep: c.sleep})
			if !strings.Contains(err, tt.want) || len(c.pauses) != 0 {
				t.Errorf("got %q after %v", err, c.pauses)
			}
		})
	}
}
