package caches

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

func TestPermissions(t *testing.T) {
	const (
		denied  = "Access error: User does not have permission to complete this action"
		tooFew  = "; the token grants too little for this cache, or has expired; it needs "
		nothing = "the server answers 401 Unauthorized: Unauthorized; the token has expired, is not for this server, or grants nothing for this cache; it needs "
		all     = "cc (create), cr (configure) and cq (configure retention), and r (pull) to see what differs"
	)
	there := map[string]*stored{"main": storedOf(cacheOf(7), "k:k=")}
	tests := map[string]struct {
		token   string
		expired bool
		there   map[string]*stored
		want    atticcache.DesiredCache
		out     []Outcome
		err     string
	}{
		"expired, no cache": {expired: true, err: "cache main: GET: " + nothing + all},
		"expired, a cache":  {expired: true, there: there, err: "cache main: GET: " + nothing + all},
		"expired, a public cache": {
			expired: true, there: map[string]*stored{"main": storedOf(public(cacheOf(7)), "k:k=")},
			err: "cache main: PATCH: the server answers 403 AccessError: " + denied + tooFew + "cr (configure)",
		},
		"grants nothing": {token: "-", err: "cache main: GET: " + nothing + all},
		"no cc":          {token: "r cr cq", err: "cache main: POST: the server answers 403 AccessError: " + denied + tooFew + "cc (create)"},
		"no cr":          {token: "r cc cq", there: there, err: "cache main: PATCH: the server answers 403 AccessError: " + denied + tooFew + "cr (configure)"},
		"no cq": {
			token: "r cc cr", there: there, want: keptFor(cacheOf(41), 60),
			err: "cache main: PATCH: the server answers 403 AccessError: " + denied + tooFew + "cr (configure) and cq (configure retention)",
		},
		"no cq, created": {
			token: "r cc cr", want: keptFor(cacheOf(41), 60),
			out: []Outcome{{Name: "main", Action: Created}},
			err: "cache main: was created, but without its retention: PATCH: the server answers 403 AccessError: " + denied + tooFew + "cr (configure) and cq (configure retention)",
		},
		"no r and no cq": {
			token: "cc cr", there: there,
			err: "cache main: PATCH: the server answers 403 AccessError: " + denied + tooFew + "cr (configure) and cq (configure retention)",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, server := newAttic(t)
			a.token, a.expired = tt.token, tt.expired
			before := map[string]stored{}
			for name, cache := range tt.there {
				a.caches[name] = new(*cache)
				before[name] = *cache
			}
			if tt.want.Priority == 0 {
				tt.want = cacheOf(41)
			}
			out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": tt.want}})
			if diff := cmp.Diff(tt.err, err); diff != "" {
				t.Errorf("error: %s", diff)
			}
			if diff := cmp.Diff(tt.out, out); diff != "" {
				t.Errorf("outcomes: %s", diff)
			}
			for name, cache := range before {
				if diff := cmp.Diff(cache, *a.caches[name], cmp.AllowUnexported(stored{})); diff != "" {
					t.Errorf("the server: %s", diff)
				}
			}
		})
	}
}
