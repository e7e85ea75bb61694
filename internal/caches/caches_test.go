package caches

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

type desired = map[string]atticcache.DesiredCache

func cacheOf(priority int32) atticcache.DesiredCache {
	return atticcache.DesiredCache{Priority: priority, UpstreamCacheKeyNames: []string{"cache.nixos.org-1"}}
}

func keptFor(cache atticcache.DesiredCache, seconds int64) atticcache.DesiredCache {
	cache.RetentionSeconds = &seconds
	return cache
}

func public(cache atticcache.DesiredCache) atticcache.DesiredCache {
	cache.Public = true
	return cache
}

func storedOf(cache atticcache.DesiredCache, key string) *stored {
	s := &stored{
		public: cache.Public, storeDir: "/nix/store", priority: cache.Priority,
		upstream: cache.UpstreamCacheKeyNames, key: key,
	}
	if cache.RetentionSeconds != nil {
		s.retention = new(int32(*cache.RetentionSeconds))
	}
	return s
}

// apply calls Apply with the test's token and host and without waiting, and
// holds every error to what all errors promise.
func apply(t *testing.T, o Options) ([]Outcome, string) {
	t.Helper()
	if o.Token == "" {
		o.Token = testToken
	}
	if o.Host == "" {
		o.Host = testHost
	}
	if o.Wait == 0 {
		o.Wait = -1
	}
	outcomes, err := Apply(t.Context(), o)
	if err == nil {
		return outcomes, ""
	}
	checkText(t, err.Error())
	return outcomes, err.Error()
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, testToken) {
		t.Errorf("the token is in %q", text)
	}
	for _, r := range text {
		if r != '\n' && (r < ' ' || r == 0x7f) {
			t.Errorf("%U is in %q", r, text)
		}
	}
}

func TestApply(t *testing.T) {
	const put = `"is_public":false,"store_dir":"/nix/store","priority":41,"upstream_cache_key_names":["cache.nixos.org-1"]}`
	tests := map[string]struct {
		token  string
		there  map[string]*stored
		want   desired
		server map[string]*stored // afterwards
		sent   []string
		out    []Outcome
	}{
		"creates": {
			want:   desired{"main": cacheOf(41)},
			server: map[string]*stored{"main": storedOf(cacheOf(41), "main:key1=")},
			sent:   []string{"GET main", `POST main {"keypair":"Generate",` + put, "GET main"},
			out:    []Outcome{{Name: "main", Action: Created, PublicKey: "main:key1="}},
		},
		"creates with an empty list, and a name that needs care": {
			want:   desired{"team+x_1-y": {Public: true}},
			server: map[string]*stored{"team+x_1-y": {public: true, storeDir: "/nix/store", upstream: []string{}, key: "team+x_1-y:key1="}},
			sent: []string{
				"GET team+x_1-y",
				`POST team+x_1-y {"keypair":"Generate","is_public":true,"store_dir":"/nix/store","priority":0,"upstream_cache_key_names":[]}`,
				"GET team+x_1-y",
			},
			out: []Outcome{{Name: "team+x_1-y", Action: Created, PublicKey: "team+x_1-y:key1="}},
		},
		"creates with retention": {
			want:   desired{"main": keptFor(cacheOf(41), 3600)},
			server: map[string]*stored{"main": storedOf(keptFor(cacheOf(41), 3600), "main:key1=")},
			sent:   []string{"GET main", `POST main {"keypair":"Generate",` + put, `PATCH main {"retention_period":{"Period":3600}}`, "GET main"},
			out:    []Outcome{{Name: "main", Action: Created, PublicKey: "main:key1="}},
		},
		"creates what it may not read": {
			token:  "cc",
			want:   desired{"main": cacheOf(41)},
			server: map[string]*stored{"main": storedOf(cacheOf(41), "main:key1=")},
			sent:   []string{"GET main", `POST main {"keypair":"Generate",` + put, "GET main"},
			out:    []Outcome{{Name: "main", Action: Created}},
		},
		"leaves alone": {
			token:  "r",
			there:  map[string]*stored{"main": storedOf(keptFor(cacheOf(41), 7), "old:key="), "other": storedOf(cacheOf(1), "other:key=")},
			want:   desired{"main": keptFor(cacheOf(41), 7)},
			server: map[string]*stored{"main": storedOf(keptFor(cacheOf(41), 7), "old:key="), "other": storedOf(cacheOf(1), "other:key=")},
			sent:   []string{"GET main"},
			out:    []Outcome{{Name: "main", Action: Unchanged, PublicKey: "old:key="}},
		},
		"changes one thing": {
			token:  "r cr",
			there:  map[string]*stored{"main": {storeDir: "/store", priority: 40, upstream: []string{"cache.nixos.org-1"}, key: "old:key="}},
			want:   desired{"main": cacheOf(41)},
			server: map[string]*stored{"main": {storeDir: "/store", priority: 41, upstream: []string{"cache.nixos.org-1"}, key: "old:key="}},
			sent:   []string{"GET main", `PATCH main {"priority":41}`},
			out:    []Outcome{{Name: "main", Action: Changed, Changes: []string{"priority 40 → 41"}, PublicKey: "old:key="}},
		},
		"changes everything": {
			there:  map[string]*stored{"main": storedOf(keptFor(cacheOf(40), 60), "old:key=")},
			want:   desired{"main": {Public: true, Priority: 0, UpstreamCacheKeyNames: []string{}}},
			server: map[string]*stored{"main": {public: true, storeDir: "/nix/store", upstream: []string{}, key: "old:key="}},
			sent:   []string{"GET main", `PATCH main {"is_public":true,"priority":0,"upstream_cache_key_names":[],"retention_period":"Global"}`},
			out: []Outcome{{Name: "main", Action: Changed, PublicKey: "old:key=", Changes: []string{
				"public false → true", "priority 40 → 0", "upstream keys cache.nixos.org-1 → none", "retention 60s → the server's",
			}}},
		},
		"changes retention to for ever": {
			there:  map[string]*stored{"main": storedOf(cacheOf(41), "old:key=")},
			want:   desired{"main": keptFor(cacheOf(41), 0)},
			server: map[string]*stored{"main": storedOf(keptFor(cacheOf(41), 0), "old:key=")},
			sent:   []string{"GET main", `PATCH main {"retention_period":{"Period":0}}`},
			out:    []Outcome{{Name: "main", Action: Changed, Changes: []string{"retention the server's → 0s"}, PublicKey: "old:key="}},
		},
		"configures what it may not read": {
			token:  "cc cr cq",
			there:  map[string]*stored{"main": storedOf(cacheOf(7), "old:key=")},
			want:   desired{"main": keptFor(cacheOf(41), 60)},
			server: map[string]*stored{"main": storedOf(keptFor(cacheOf(41), 60), "old:key=")},
			sent:   []string{"GET main", `PATCH main {"is_public":false,"priority":41,"upstream_cache_key_names":["cache.nixos.org-1"],"retention_period":{"Period":60}}`},
			out: []Outcome{{Name: "main", Action: Written, Changes: []string{
				"public unknown → false", "priority unknown → 41", "upstream keys unknown → cache.nixos.org-1", "retention unknown → 60s",
			}}},
		},
		"reads what is public": {
			token:  "cr",
			there:  map[string]*stored{"main": storedOf(public(cacheOf(7)), "old:key=")},
			want:   desired{"main": public(cacheOf(41))},
			server: map[string]*stored{"main": storedOf(public(cacheOf(41)), "old:key=")},
			sent:   []string{"GET main", `PATCH main {"priority":41}`},
			out:    []Outcome{{Name: "main", Action: Changed, Changes: []string{"priority 7 → 41"}, PublicKey: "old:key="}},
		},
		"goes by name": {
			there: map[string]*stored{"b": storedOf(cacheOf(41), "b:key=")},
			want:  desired{"c": cacheOf(41), "a": cacheOf(41), "b": cacheOf(41)},
			server: map[string]*stored{
				"a": storedOf(cacheOf(41), "a:key1="), "b": storedOf(cacheOf(41), "b:key="), "c": storedOf(cacheOf(41), "c:key2="),
			},
			sent: []string{"GET a", `POST a {"keypair":"Generate",` + put, "GET a", "GET b", "GET c", `POST c {"keypair":"Generate",` + put, "GET c"},
			out: []Outcome{
				{Name: "a", Action: Created, PublicKey: "a:key1="},
				{Name: "b", Action: Unchanged, PublicKey: "b:key="},
				{Name: "c", Action: Created, PublicKey: "c:key2="},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, server := newAttic(t)
			if tt.token != "" {
				a.token = tt.token
			}
			if tt.there != nil {
				a.caches = tt.there
			}
			out, err := apply(t, Options{Server: server.URL, Desired: tt.want})
			if err != "" {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.out, out); diff != "" {
				t.Errorf("outcomes: %s", diff)
			}
			if diff := cmp.Diff(tt.sent, a.methods()); diff != "" {
				t.Errorf("requests: %s", diff)
			}
			if diff := cmp.Diff(tt.server, a.caches, cmp.AllowUnexported(stored{})); diff != "" {
				t.Errorf("the server: %s", diff)
			}
			a.token = "r"
			again, err := apply(t, Options{Server: server.URL, Desired: tt.want})
			if err != "" {
				t.Fatalf("a second run fails: %s", err)
			}
			for _, o := range again {
				if o.Action != Unchanged || o.PublicKey == "" {
					t.Errorf("a second run does %+v", o)
				}
			}
		})
	}
}

func TestOneFails(t *testing.T) {
	a, server := newAttic(t)
	a.before = func(w http.ResponseWriter, r *http.Request) bool {
		broken := strings.HasSuffix(r.URL.Path, "/b")
		if broken {
			fail(w, http.StatusInternalServerError, "InternalServerError", "The server encountered an internal error or misconfiguration.")
		}
		return broken
	}
	out, err := apply(t, Options{Server: server.URL, Desired: desired{"a": cacheOf(1), "b": cacheOf(2), "c": cacheOf(3)}})
	want := []Outcome{{Name: "a", Action: Created, PublicKey: "a:key1="}, {Name: "c", Action: Created, PublicKey: "c:key2="}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if want := "cache b: GET: the server answers 500 InternalServerError: The server encountered an internal error or misconfiguration"; err != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestSoftlyDeleted(t *testing.T) {
	a, server := newAttic(t)
	a.caches["main"] = &stored{deleted: true}
	_, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
	if want := "cache main: the server has deleted it but keeps its name (soft-delete-caches); remove its row from the database, or choose another name"; err != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestCreatedButUnreadable(t *testing.T) {
	a, server := newAttic(t)
	a.before = func(w http.ResponseWriter, r *http.Request) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		broken := r.Method == http.MethodGet && a.caches["main"] != nil
		if broken {
			fail(w, http.StatusInternalServerError, "AtticError", "Signature error")
		}
		return broken
	}
	out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
	if diff := cmp.Diff([]Outcome{{Name: "main", Action: Created}}, out); diff != "" {
		t.Error(diff)
	}
	if want := "cache main: was created, but cannot be read: GET: the server answers 500 AtticError: Signature error"; err != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
