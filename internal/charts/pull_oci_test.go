package charts

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// testRegistry is a real registry on loopback, with TLS.
type testRegistry struct {
	*httptest.Server
	// guard, if it answers, comes first.
	guard func(http.ResponseWriter, *http.Request) bool
}

func newRegistry(t *testing.T) *testRegistry {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	r := &testRegistry{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if r.guard == nil || !r.guard(w, request) {
			handler.ServeHTTP(w, request)
		}
	}))
	r.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that a client gave up
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

func (r *testRegistry) host() string { return strings.TrimPrefix(r.URL, "https://") }
func (r *testRegistry) url() string  { return "oci://" + r.host() + "/charts" }

func (r *testRegistry) ref(name, version string) v1alpha1.ChartRef {
	return v1alpha1.ChartRef{Repository: r.url(), Name: name, Version: version}
}

func (r *testRegistry) options(refs ...v1alpha1.ChartRef) Options {
	return Options{Root: ".", Refs: refs, Remote: Remote{Transport: r.Client().Transport}}
}

// push pushes layers of some types as helm push would push a chart.
func (r *testRegistry) push(t *testing.T, chart, tag string, config types.MediaType, layers ...v1.Layer) {
	t.Helper()
	image, err := mutate.AppendLayers(mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), config), layers...)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(r.host() + "/charts/" + chart + ":" + tag)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image, remote.WithTransport(r.Client().Transport)); err != nil {
		t.Fatal(err)
	}
}

func chartLayerOf(archive []byte) v1.Layer { return static.NewLayer(archive, layerType) }

func TestPullOCI(t *testing.T) {
	r := newRegistry(t)
	archive := packed(t, "demo", "1.2.3+build.1", nil)
	signature := static.NewLayer([]byte("signed"), "application/vnd.cncf.helm.chart.provenance.v1.prov")
	r.push(t, "demo", "1.2.3_build.1", configType, signature, chartLayerOf(archive))
	dir := within(t, nil)
	outcomes, err := Pull(context.Background(), r.options(r.ref("demo", "1.2.3+build.1")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"demo 1.2.3+build.1 pulled"}, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"charts.lock":                   lockOf(Entry{"demo", r.url(), "1.2.3+build.1", sum(archive)}),
		"charts/demo-1.2.3+build.1.tgz": string(archive),
	}
	if diff := cmp.Diff(want, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestPullOCIRefuses(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	cases := map[string]struct {
		push   func(*testRegistry)
		digest string
		want   string
	}{
		"not there": {
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: the answer is 404 Not Found; check the repository, the name and the version",
		},
		"private": {
			push: func(r *testRegistry) {
				r.guard = func(w http.ResponseWriter, _ *http.Request) bool {
					w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
					w.WriteHeader(http.StatusUnauthorized)
					return true
				}
			},
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: the answer is 401 Unauthorized; a private repository wants --username and --password-stdin, a registry also takes what docker login stored",
		},
		"an image": {
			push: func(r *testRegistry) { r.push(t, "demo", "1.2.3", types.OCIConfigJSON, chartLayerOf(archive)) },
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: is not a Helm chart, but an image or something else; check the repository and the name",
		},
		"no chart in it": {
			push: func(r *testRegistry) {
				r.push(t, "demo", "1.2.3", configType, static.NewLayer(archive, types.OCILayer))
			},
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: has 0 archives of a chart, and must have one; ask who pushed it",
		},
		"too large": {
			push: func(r *testRegistry) {
				r.push(t, "demo", "1.2.3", configType, chartLayerOf(make([]byte, maxArchive+1)))
			},
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: sends more than a chart repository has reason to; check the address",
		},
		"changed under the same version": {
			push:   func(r *testRegistry) { r.push(t, "demo", "1.2.3", configType, chartLayerOf(archive)) },
			digest: "sha256:" + strings.Repeat("0", 64),
			want: "error: demo 1.2.3 of oci://HOST/charts has the digest " + sum(archive) + " there, charts.lock pins sha256:" + strings.Repeat("0", 64) +
				": a chart never changes under the same version; find out who changed it; to take it all the same, remove its digest from charts.lock",
		},
		"another chart inside": {
			push: func(r *testRegistry) {
				r.push(t, "demo", "1.2.3", configType, chartLayerOf(packed(t, "other", "1.2.3", nil)))
			},
			want: "demo 1.2.3 of oci://HOST/charts: error: is the chart other 1.2.3, not demo 1.2.3; write its name and version where the chart is named, or take the right chart",
		},
		"redirect to http": {
			push: func(r *testRegistry) {
				r.push(t, "demo", "1.2.3", configType, chartLayerOf(archive))
				r.guard = func(w http.ResponseWriter, request *http.Request) bool {
					if strings.Contains(request.URL.Path, "/blobs/") {
						http.Redirect(w, request, "http://example.com/blob", http.StatusFound)
						return true
					}
					return false
				}
			},
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: http://example.com/blob is http, without encryption; use https, or write insecure: true beside the repository in the spec",
		},
		"damaged on the way": {
			push: func(r *testRegistry) {
				r.push(t, "demo", "1.2.3", configType, chartLayerOf(archive))
				r.guard = func(w http.ResponseWriter, request *http.Request) bool {
					if strings.Contains(request.URL.Path, "/blobs/") {
						_, _ = w.Write(bytes.Repeat([]byte("x"), len(archive)))
						return true
					}
					return false
				}
			},
			want: "error: demo 1.2.3 could not be fetched: oci://HOST/charts/demo:1.2.3: error verifying sha256 checksum after reading",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			if c.push != nil {
				c.push(r)
			}
			dir := within(t, nil)
			if c.digest != "" {
				put(t, "charts.lock", lockOf(Entry{"demo", r.url(), "1.2.3", c.digest}))
			}
			before := snapshot(t, dir)
			_, err := Pull(context.Background(), r.options(r.ref("demo", "1.2.3")))
			if err != nil && name == "damaged on the way" {
				if !strings.Contains(err.Error(), "error verifying sha256 checksum") {
					t.Error(err)
				}
			} else {
				wantError(t, err, r.host(), c.want)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// A registry without TLS is spoken to only where the spec allows it, loopback or
// not.
func TestPullOCIPlain(t *testing.T) {
	r := newRegistry(t)
	r.push(t, "demo", "1.2.3", configType, chartLayerOf(packed(t, "demo", "1.2.3", nil)))
	plain := httptest.NewServer(r.Config.Handler)
	defer plain.Close()
	within(t, nil)
	ref := v1alpha1.ChartRef{Repository: "oci://" + strings.TrimPrefix(plain.URL, "http://") + "/charts", Name: "demo", Version: "1.2.3"}
	if _, err := Pull(context.Background(), Options{Root: ".", Refs: []v1alpha1.ChartRef{ref}}); err == nil {
		t.Error("http was used without being allowed")
	}
	ref.Insecure = true
	if _, err := Pull(context.Background(), Options{Root: ".", Refs: []v1alpha1.ChartRef{ref}}); err != nil {
		t.Error(err)
	}
}

func TestPullOCICredentials(t *testing.T) {
	r := newRegistry(t)
	r.push(t, "demo", "1.2.3", configType, chartLayerOf(packed(t, "demo", "1.2.3", nil)))
	r.guard = func(w http.ResponseWriter, request *http.Request) bool {
		if user, password, _ := request.BasicAuth(); user == "ci" && password == "secret" {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	within(t, nil)
	options := r.options(r.ref("demo", "1.2.3"))
	options.Remote.Username, options.Remote.Password = "ci", "secret"
	if _, err := Pull(context.Background(), options); err != nil {
		t.Error(err)
	}
}

// The index of a repository over HTTP may lead to a registry. The repository's
// password does not go there.
func TestPullHTTPThenOCI(t *testing.T) {
	r := newRegistry(t)
	archive := packed(t, "demo", "1.2.3", nil)
	r.push(t, "demo", "1.2.3", configType, chartLayerOf(archive))
	r.guard = func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Header.Get("Authorization") != "" {
			t.Error("another host got the password")
		}
		return false
	}
	repository := newRepository(t, nil)
	repository.files["/charts/index.yaml"] = []byte("entries:\n  demo:\n  - version: 1.2.3\n    urls:\n    - " + r.url() + "/demo:1.2.3\n")
	within(t, nil)
	remote := repository.remote()
	remote.Username, remote.Password = "ci", "secret"
	outcomes, err := Pull(context.Background(), Options{Root: ".", Refs: []v1alpha1.ChartRef{repository.ref("demo", "1.2.3")}, Remote: remote})
	if err != nil {
		t.Fatal(err)
	}
	if got := outcomes[0].Digest; got != sum(archive) {
		t.Errorf("digest %s", got)
	}
}

func TestRegistryPath(t *testing.T) {
	_, err := registryPath("oci://registry/charts/demo")
	wantError(t, err, "HOST", "oci://registry: the registry cannot be told from a folder; write its port too, as in oci://registry:443")
}
