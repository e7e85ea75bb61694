package caches

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"no end": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			_, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}, Timeout: 20 * time.Millisecond})
			if want := "cache main: GET: no answer from the server: nothing within 20ms"; err != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	two := desired{"a": cacheOf(1), "b": cacheOf(2)}
	t.Run("before", func(t *testing.T) {
		a, server := newAttic(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Apply(ctx, Options{Server: server.URL, Host: testHost, Token: testToken, Desired: two})
		checkCancelled(t, err, "cache a: GET: context canceled\n1 more caches were not tried")
		if sent := a.methods(); sent != nil {
			t.Errorf("sent %v", sent)
		}
	})
	t.Run("in a request", func(t *testing.T) {
		a, server := newAttic(t)
		ctx, cancel := context.WithCancel(t.Context())
		a.before = func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/b") {
				cancel()
				<-r.Context().Done()
				return true
			}
			return false
		}
		out, err := Apply(ctx, Options{Server: server.URL, Host: testHost, Token: testToken, Desired: two})
		checkCancelled(t, err, "cache b: GET: context canceled")
		if len(out) != 1 || out[0].Action != Created {
			t.Errorf("got %+v", out)
		}
	})
	t.Run("while waiting", func(t *testing.T) {
		a, server := newAttic(t)
		a.before = afterwards(1000, status(http.StatusServiceUnavailable))
		ctx, cancel := context.WithCancel(t.Context())
		c := &clock{during: cancel}
		_, err := Apply(ctx, Options{Server: server.URL, Host: testHost, Token: testToken, Desired: two, now: c.now, sleep: c.sleep})
		checkCancelled(t, err, "cache a: context canceled, while waiting for the server: GET: the server answers 503 Service Unavailable, not as Attic does: \"\"\n1 more caches were not tried")
	})
}

func checkCancelled(t *testing.T, err error, want string) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", err)
	}
	if err != nil && err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
