package charts

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func TestPullPlainHTTP(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	repository := newRepository(t, map[string][]byte{"demo-1.2.3.tgz": archive})
	plain := httptest.NewServer(repository)
	defer plain.Close()
	within(t, nil)
	ref := v1alpha1.ChartRef{Repository: plain.URL + "/charts", Name: "demo", Version: "1.2.3"}
	_, err := Pull(context.Background(), Options{Root: ".", Refs: []v1alpha1.ChartRef{ref}})
	wantError(t, err, plain.URL, "error: demo 1.2.3 could not be fetched: HOST/charts/index.yaml is http, without encryption; use https, or write insecure: true beside the repository in the spec")
	ref.Insecure = true
	if _, err := Pull(context.Background(), Options{Root: ".", Refs: []v1alpha1.ChartRef{ref}}); err != nil {
		t.Fatal(err)
	}
}

// Credentials go to the repository's host, and nowhere else.
func TestPullCredentials(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); ok {
			t.Error("another host got the password")
		}
		_, _ = w.Write(archive)
	}))
	defer other.Close()
	repository := newRepository(t, map[string][]byte{"demo-1.2.3.tgz": archive})
	var agent string
	repository.handle = func(w http.ResponseWriter, r *http.Request) bool {
		agent = r.UserAgent()
		if user, password, _ := r.BasicAuth(); user != "ci" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return true
		}
		return false
	}
	within(t, nil)
	remote := repository.remote()
	remote.Username, remote.Password = "ci", "secret"
	options := Options{Root: ".", Refs: []v1alpha1.ChartRef{repository.ref("demo", "1.2.3")}, Remote: remote}
	if _, err := Pull(context.Background(), options); err != nil {
		t.Fatal(err)
	}
	if agent != "atticgen" {
		t.Errorf("User-Agent: %q", agent)
	}
	options.Refs = append(options.Refs, v1alpha1.ChartRef{Repository: other.URL, Name: "x", Version: "1.0.0"})
	_, err := Pull(context.Background(), options)
	host := strings.TrimPrefix(repository.URL, "https://")
	wantError(t, err, host, "error: the user name would be sent to HOST and to "+strings.TrimPrefix(other.URL, "https://")+"; name the charts of one of them")
}

func TestPullStops(t *testing.T) {
	repository := newRepository(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	repository.handle = func(_ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done()
		return true
	}
	within(t, nil)
	_, err := Pull(ctx, Options{Root: ".", Refs: []v1alpha1.ChartRef{repository.ref("demo", "1.2.3")}, Remote: repository.remote()})
	wantError(t, err, repository.URL, "error: demo 1.2.3 could not be fetched: stopped")
}
