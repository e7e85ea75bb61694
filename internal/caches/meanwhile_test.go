package caches

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreatedMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		theirs *stored
		token  string
		out    []Outcome
	}{
		"the same": {storedOf(cacheOf(41), "theirs:k="), "r cc", []Outcome{{Name: "main", Action: Unchanged, PublicKey: "theirs:k="}}},
		"another":  {storedOf(cacheOf(40), "theirs:k="), "r cc cr", []Outcome{{Name: "main", Action: Changed, Changes: []string{"priority 40 → 41"}, PublicKey: "theirs:k="}}},
	} {
		t.Run(name, func(t *testing.T) {
			a, server := newAttic(t)
			a.token = tt.token
			a.before = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPost {
					a.caches["main"] = tt.theirs
				}
				return false
			}
			out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
			if err != "" {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.out, out); diff != "" {
				t.Error(diff)
			}
			if a.caches["main"].priority != 41 || a.caches["main"].key != "theirs:k=" {
				t.Errorf("the server has %+v", a.caches["main"])
			}
		})
	}
}

// Several Jobs at once, as when a node comes back, end with one cache and its
// one key.
func TestAtOnce(t *testing.T) {
	a, server := newAttic(t)
	want := keptFor(cacheOf(41), 60)
	var jobs sync.WaitGroup
	for range 8 {
		jobs.Go(func() {
			if out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": want}}); err != "" || len(out) != 1 || out[0].PublicKey != "main:key1=" {
				t.Errorf("got %+v and the error %q", out, err)
			}
		})
	}
	jobs.Wait()
	if diff := cmp.Diff(map[string]*stored{"main": storedOf(want, "main:key1=")}, a.caches, cmp.AllowUnexported(stored{})); diff != "" {
		t.Error(diff)
	}
}

func TestDeletedMeanwhile(t *testing.T) {
	a, server := newAttic(t)
	a.caches["main"] = storedOf(cacheOf(7), "k:k=")
	a.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			delete(a.caches, "main")
		}
		return false
	}
	_, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
	if want := "cache main: PATCH: the server answers 404 NoSuchCache: The requested cache does not exist"; err != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
