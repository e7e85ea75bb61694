package caches

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	testToken = "eyJhbGciOiJSUzI1NiJ9.c3VwZXJzZWNyZXQ.c2lnbmF0dXJl"
	testHost  = "nix-cache.example.com"
)

// attic models the part of the Attic server that this package speaks to, as read
// in its source:
//
//   - server/src/middleware.rs, restrict_host: the Host header is compared with
//     allowed-hosts before anything else.
//   - server/src/access/http.rs, apply_auth: a token that does not verify is as
//     good as none. auth_cache: the cache is looked for first, and a public one
//     grants r to everybody; then the permission is asked for.
//   - token/src/lib.rs, CachePermission: any permission lets its bearer discover
//     the cache; require_* says PermissionDenied to such a bearer, and
//     NoDiscoveryPermission to others.
//   - server/src/api/v1/cache_config.rs: get_cache_config asks for r and answers
//     with every field; create_cache asks for cc (public grants nothing here)
//     and inserts or does nothing; configure_cache asks for cr, for cq if there
//     is a retention, and for at least one field.
//   - server/src/error.rs: the form of errors, their status, and what becomes
//     401 for those who may not discover.
//   - server/src/database/mod.rs, find_cache: softly deleted caches are not
//     found, but their names are taken.
type attic struct {
	t *testing.T
	// Permissions of testToken for every cache, as in "r cc cr cq".
	token string
	// Expired means that testToken does not verify.
	expired bool
	// Before handles a request instead of the server if it returns true.
	before func(w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	caches   map[string]*stored
	keys     int
	requests []string
}

type stored struct {
	public    bool
	storeDir  string
	priority  int32
	upstream  []string
	retention *int32
	key       string
	deleted   bool
}

type permissions struct{ r, cc, cr, cq bool }

func (p permissions) discover() bool { return p.r || p.cc || p.cr || p.cq }

// newAttic starts a server whose token may do everything. It is closed when the
// test ends.
func newAttic(t *testing.T) (*attic, *httptest.Server) {
	t.Helper()
	a := &attic{t: t, token: "r cc cr cq", caches: map[string]*stored{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server
}

func (a *attic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	a.mu.Lock()
	a.requests = append(a.requests, strings.TrimSpace(r.Method+" "+r.URL.EscapedPath()+" "+string(body)))
	a.mu.Unlock()
	if a.before != nil && a.before(w, r) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Host != testHost {
		fail(w, http.StatusBadRequest, "RequestError", "General request error: Bad Host")
		return
	}
	name, found := strings.CutPrefix(r.URL.Path, "/_api/v1/cache-config/")
	if !found || strings.Contains(name, "/") {
		fail(w, http.StatusNotFound, "NotFound", "The URL you requested was not found.")
		return
	}
	granted := a.granted(r)
	switch r.Method {
	case http.MethodGet:
		a.get(w, name, granted)
	case http.MethodPost:
		a.create(w, r, name, granted, body)
	case http.MethodPatch:
		a.configure(w, r, name, granted, body)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (a *attic) granted(r *http.Request) permissions {
	if a.expired || r.Header.Get("Authorization") != "Bearer "+testToken {
		return permissions{}
	}
	words := strings.Fields(a.token)
	return permissions{
		r: slices.Contains(words, "r"), cc: slices.Contains(words, "cc"),
		cr: slices.Contains(words, "cr"), cq: slices.Contains(words, "cq"),
	}
}

// find is auth_cache up to the point where the permission is asked for.
func (a *attic) find(w http.ResponseWriter, name string, granted *permissions) *stored {
	cache := a.caches[name]
	if cache == nil || cache.deleted {
		if granted.discover() {
			fail(w, http.StatusNotFound, "NoSuchCache", "The requested cache does not exist.")
		} else {
			unauthorized(w)
		}
		return nil
	}
	granted.r = granted.r || cache.public
	return cache
}

func (a *attic) get(w http.ResponseWriter, name string, granted permissions) {
	cache := a.find(w, name, &granted)
	if cache == nil || !require(w, granted, granted.r) {
		return
	}
	var period any = "Global"
	if cache.retention != nil {
		period = map[string]uint32{"Period": uint32(*cache.retention)}
	}
	a.answer(w, map[string]any{
		"substituter_endpoint":     "https://" + testHost + "/" + name,
		"api_endpoint":             "https://" + testHost + "/",
		"public_key":               cache.key,
		"is_public":                cache.public,
		"store_dir":                cache.storeDir,
		"priority":                 cache.priority,
		"upstream_cache_key_names": cache.upstream,
		"retention_period":         period,
	})
}

func (a *attic) create(w http.ResponseWriter, r *http.Request, name string, granted permissions, body []byte) {
	var in struct {
		Keypair  *string   `json:"keypair"`
		IsPublic *bool     `json:"is_public"`
		StoreDir *string   `json:"store_dir"`
		Priority *int32    `json:"priority"`
		Upstream *[]string `json:"upstream_cache_key_names"`
	}
	if !a.decode(w, r, body, &in) {
		return
	}
	if in.Keypair == nil || *in.Keypair != "Generate" || in.IsPublic == nil || in.StoreDir == nil || in.Priority == nil || in.Upstream == nil {
		http.Error(w, "Failed to deserialize the JSON body into the target type: missing field", http.StatusUnprocessableEntity)
		return
	}
	if !require(w, granted, granted.cc) {
		return
	}
	if a.caches[name] != nil {
		fail(w, http.StatusBadRequest, "CacheAlreadyExists", "The cache already exists.")
		return
	}
	a.keys++
	a.caches[name] = &stored{
		public: *in.IsPublic, storeDir: *in.StoreDir, priority: *in.Priority, upstream: *in.Upstream,
		key: fmt.Sprintf("%s:key%d=", name, a.keys),
	}
}

func (a *attic) configure(w http.ResponseWriter, r *http.Request, name string, granted permissions, body []byte) {
	var in struct {
		Keypair   any             `json:"keypair"`
		IsPublic  *bool           `json:"is_public"`
		StoreDir  *string         `json:"store_dir"`
		Priority  *int32          `json:"priority"`
		Upstream  *[]string       `json:"upstream_cache_key_names"`
		Retention json.RawMessage `json:"retention_period"`
	}
	if !a.decode(w, r, body, &in) {
		return
	}
	if in.Keypair != nil || in.StoreDir != nil {
		a.t.Errorf("PATCH would change the key or the store directory: %s", body)
	}
	cache := a.find(w, name, &granted)
	if cache == nil || !require(w, granted, granted.cr) {
		return
	}
	if in.IsPublic == nil && in.Priority == nil && in.Upstream == nil && in.Retention == nil {
		fail(w, http.StatusBadRequest, "RequestError", "General request error: No modifiable fields were set.")
		return
	}
	// The server writes all fields at once, or none.
	next := *cache
	if in.IsPublic != nil {
		next.public = *in.IsPublic
	}
	if in.Priority != nil {
		next.priority = *in.Priority
	}
	if in.Upstream != nil {
		next.upstream = *in.Upstream
	}
	if in.Retention != nil {
		if !require(w, granted, granted.cq) {
			return
		}
		var period struct{ Period *uint32 }
		switch {
		case string(in.Retention) == `"Global"`:
			next.retention = nil
		case json.Unmarshal(in.Retention, &period) != nil || period.Period == nil:
			http.Error(w, "Failed to deserialize the JSON body into the target type", http.StatusUnprocessableEntity)
			return
		case *period.Period > math.MaxInt32:
			fail(w, http.StatusBadRequest, "RequestError", "General request error: Invalid retention period")
			return
		default:
			next.retention = new(int32(*period.Period))
		}
	}
	*cache = next
}

// require is the require_* functions and what becomes of their errors.
func require(w http.ResponseWriter, granted permissions, has bool) bool {
	switch {
	case has:
		return true
	case granted.discover():
		fail(w, http.StatusForbidden, "AccessError", "Access error: User does not have permission to complete this action.")
	default:
		unauthorized(w)
	}
	return false
}

// decode is the Json extractor.
func (a *attic) decode(w http.ResponseWriter, r *http.Request, body []byte, into any) bool {
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "Expected request with `Content-Type: application/json`", http.StatusUnsupportedMediaType)
		return false
	}
	if err := json.Unmarshal(body, into); err != nil {
		http.Error(w, "Failed to deserialize the JSON body into the target type", http.StatusUnprocessableEntity)
		return false
	}
	return true
}

func (a *attic) answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		a.t.Error(err)
	}
}

func unauthorized(w http.ResponseWriter) {
	fail(w, http.StatusUnauthorized, "Unauthorized", "Unauthorized.")
}

func fail(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The test that gets a broken answer fails by itself.
	_ = json.NewEncoder(w).Encode(map[string]any{"code": status, "error": kind, "message": message})
}

// methods returns the requests so far, without what all have in common, and
// forgets them.
func (a *attic) methods() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var short []string
	for _, request := range a.requests {
		short = append(short, strings.Replace(request, "/_api/v1/cache-config/", "", 1))
	}
	a.requests = nil
	return short
}
