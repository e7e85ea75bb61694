package caches

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// TestNextServer: while a signing key takes over, the token says which of the two
// servers takes it, and the other one is not asked.
func TestNextServer(t *testing.T) {
	const (
		present = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
		next    = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
	)
	for token, want := range map[string]string{
		tokenset.HeaderSegment(present) + ".e30.c2ln":    "present",
		tokenset.HeaderSegment(next) + ".e30.c2ln":       "next",
		" " + tokenset.HeaderSegment(next) + ".e30.c2ln": "next",
		tokenset.HeaderSegment(next) + "x.e30.c2ln":      "present",
		testToken: "present",
	} {
		var asked []string
		serve := func(name string) string {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked = append(asked, name)
				w.WriteHeader(http.StatusUnauthorized)
			}))
			t.Cleanup(server.Close)
			return server.URL
		}
		o := Options{
			Server: serve("present"), NextServer: serve("next"), NextKeyID: next,
			Token: token, Desired: desired{"main": cacheOf(41)}, Wait: -1,
		}
		if _, err := Apply(t.Context(), o); err == nil {
			t.Error("a server that refuses everybody is taken for success")
		}
		if len(asked) == 0 || asked[0] != want {
			t.Errorf("%.20s…: asked %v, want %s", token, asked, want)
		}
	}
}
