package load_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/bench/load"
)

// TestRun counts requests and finds the answers that are not as they should be.
func TestRun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("no"))
		}
	}))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	result, err := load.Run(t.Context(), load.Plan{
		Addr: addr, Connections: 4, Rate: 2000, Requests: 300,
		Next: func(i int) load.Request {
			path := "/good"
			if i%3 == 0 {
				path = "/bad"
			}
			return load.Request{Wire: []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\n\r\n"), Want: http.StatusOK, Counted: i%3 != 0}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Requests != 200 || result.Unexpected != 100 {
		t.Errorf("%d requests were counted and %d unexpected, want 200 and 100", result.Requests, result.Unexpected)
	}
	if result.P50 > result.P99 || result.P99 > result.P999 || result.P999 > result.Max || result.Max == 0 {
		t.Errorf("the quantiles are out of order: %+v", result)
	}
}

// TestLatenessAddsUp has a server that stops once: the requests that were due
// meanwhile are late as well, though each of them is answered at once.
func TestLatenessAddsUp(t *testing.T) {
	const stop = 300 * time.Millisecond
	first := make(chan struct{}, 1)
	first <- struct{}{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case <-first:
			time.Sleep(stop)
		default:
		}
	}))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	result, err := load.Run(t.Context(), load.Plan{
		Addr: addr, Connections: 1, Rate: 1000, Requests: 200,
		Next: func(int) load.Request {
			return load.Request{Wire: []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Want: http.StatusOK, Counted: true}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.P50 < stop/3 {
		t.Errorf("half of the requests waited for %s and less, behind one of %s", result.P50, stop)
	}
}

// TestServerThatEnds is an error, not a result of what was answered before.
func TestServerThatEnds(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	_, err := load.Run(t.Context(), load.Plan{
		Addr: strings.TrimPrefix(server.URL, "http://"), Connections: 1, Rate: 100, Requests: 10,
		Next: func(int) load.Request { return load.Request{Wire: []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")} },
	})
	if err == nil {
		t.Error("no error")
	}
}
