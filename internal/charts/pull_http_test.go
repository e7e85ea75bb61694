package charts

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPull(t *testing.T) {
	one := packed(t, "demo", "1.2.3", nil)
	repository := newRepository(t, map[string][]byte{"demo-1.2.3.tgz": one, "demo-1.3.0.tgz": packed(t, "demo", "1.3.0", nil)})
	dir := within(t, nil)

	outcomes, err := repository.pull(t, repository.ref("demo", "1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"demo 1.2.3 pulled"}, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	entry := Entry{Name: "demo", Repository: repository.url(), Version: "1.2.3", Digest: sum(one)}
	want := map[string]string{"charts.lock": lockOf(entry), "charts/demo-1.2.3.tgz": string(one)}
	if diff := cmp.Diff(want, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}

	repository.asked = nil
	outcomes, err = repository.pull(t)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"demo 1.2.3 up to date"}, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	if len(repository.asked) > 0 {
		t.Errorf("a chart that is there was asked for: %q", repository.asked)
	}
}

func TestPullRestores(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	repository := newRepository(t, map[string][]byte{"demo-1.2.3.tgz": archive})
	lock := "# a comment of one's own\n" + lockOf(Entry{"demo", repository.url(), "1.2.3", sum(archive)})
	dir := within(t, map[string]string{"charts.lock": lock})
	outcomes, err := repository.pull(t)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"demo 1.2.3 restored"}, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{"charts.lock": lock, "charts/demo-1.2.3.tgz": string(archive)}
	if diff := cmp.Diff(want, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// Whatever is wrong, nothing is written.
func TestPullRefuses(t *testing.T) {
	archive := packed(t, "demo", "1.2.3", nil)
	pinned := "sha256:" + strings.Repeat("0", 64)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) }))
	defer elsewhere.Close()
	cases := map[string]struct {
		change   func(*repository)
		files    map[string]string
		digest   string
		version  string
		name     string
		want     string
		transfer bool
	}{
		"not there": {
			change:   func(r *repository) { r.files = nil },
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts/index.yaml: the answer is 404 Not Found; check the repository, the name and the version",
			transfer: true,
		},
		"private": {
			change: func(r *repository) {
				r.handle = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusUnauthorized); return true }
			},
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts/index.yaml: the answer is 401 Unauthorized; a private repository wants --username and --password-stdin, a registry also takes what docker login stored",
			transfer: true,
		},
		"no such chart": {
			name:     "dome",
			want:     "error: dome 1.2.3 could not be fetched: HOST/charts: it has no chart dome; check the name",
			transfer: true,
		},
		"no such version": {
			version:  "1.2.4",
			want:     "error: demo 1.2.4 could not be fetched: HOST/charts: it has no version 1.2.4 of demo; run atticgen chart outdated, or look into its index.yaml, for those there are",
			transfer: true,
		},
		"no index": {
			change:   func(r *repository) { r.files["/charts/index.yaml"] = []byte("<html>entries</html>\n") },
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts: its index.yaml is not that of a chart repository; check the address",
			transfer: true,
		},
		"archive gone": {
			change:   func(r *repository) { delete(r.files, "/charts/archives/demo-1.2.3.tgz") },
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts/archives/demo-1.2.3.tgz: the answer is 404 Not Found; check the repository, the name and the version",
			transfer: true,
		},
		"another digest in the index": {
			change: func(r *repository) {
				r.files["/charts/archives/demo-1.2.3.tgz"] = packed(t, "demo", "1.2.3", map[string]string{"x": "y"})
			},
			want: "error: demo 1.2.3 could not be fetched: HOST/charts/archives/demo-1.2.3.tgz: has the digest " +
				sum(packed(t, "demo", "1.2.3", map[string]string{"x": "y"})) + ", but the index of its repository gives " + sum(archive)[:67] + "…; ask who runs the repository, it is damaged",
			transfer: true,
		},
		"changed under the same version": {
			digest: pinned,
			want: "error: demo 1.2.3 of HOST/charts has the digest " + sum(archive) + " there, charts.lock pins " + pinned +
				": a chart never changes under the same version; find out who changed it; to take it all the same, remove its digest from charts.lock",
		},
		"changed on disk": {
			digest: sum(archive),
			files:  map[string]string{"charts/demo-1.2.3.tgz": "x"},
			want: "charts/demo-1.2.3.tgz: error: has the digest " + sum([]byte("x")) + ", charts.lock pins " + sum(archive) +
				": a chart never changes under the same version; restore the file, or raise the version",
		},
		"another one on disk": {
			files: map[string]string{"charts/demo-1.2.3.tgz": "x"},
			want:  "charts/demo-1.2.3.tgz: error: is there, without a digest in charts.lock, and is not what HOST/charts has; remove it, and pull again",
		},
		"another chart inside": {
			change: func(r *repository) { r.replace("demo-1.2.3.tgz", packed(t, "demo", "1.2.4", nil)) },
			want:   "demo 1.2.3 of HOST/charts: error: is the chart demo 1.2.4, not demo 1.2.3; write its name and version where the chart is named, or take the right chart",
		},
		"truncated": {
			change: func(r *repository) { r.replace("demo-1.2.3.tgz", archive[:len(archive)/2]) },
			want:   "demo 1.2.3 of HOST/charts: error: is damaged (unexpected EOF); pull the chart again",
		},
		"cut off": {
			change: func(r *repository) {
				r.handle = func(w http.ResponseWriter, request *http.Request) bool {
					if strings.HasSuffix(request.URL.Path, ".tgz") {
						w.Header().Set("Content-Length", "100000")
						_, _ = w.Write(archive)
						return true
					}
					return false
				}
			},
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts/archives/demo-1.2.3.tgz: unexpected EOF",
			transfer: true,
		},
		"too large": {
			change: func(r *repository) { r.replace("demo-1.2.3.tgz", make([]byte, maxArchive+1)) },
			want:   "error: demo 1.2.3 could not be fetched: HOST/charts/archives/demo-1.2.3.tgz: sends more than a chart repository has reason to; check the address",

			transfer: true,
		},
		"redirect to http": {
			change: func(r *repository) {
				r.handle = func(w http.ResponseWriter, request *http.Request) bool {
					if strings.HasSuffix(request.URL.Path, ".tgz") {
						http.Redirect(w, request, elsewhere.URL+"/x.tgz?signature=secret", http.StatusFound)
						return true
					}
					return false
				}
			},
			want:     "error: demo 1.2.3 could not be fetched: " + elsewhere.URL + "/x.tgz is http, without encryption; use https, or write insecure: true beside the repository in the spec",
			transfer: true,
		},
		"endless redirects": {
			change: func(r *repository) {
				r.handle = func(w http.ResponseWriter, request *http.Request) bool {
					http.Redirect(w, request, request.URL.Path+"x", http.StatusFound)
					return true
				}
			},
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts/index.yaml: redirects more than 5 times",
			transfer: true,
		},
		"password in the index": {
			change: func(r *repository) {
				r.files["/charts/index.yaml"] = []byte("entries:\n  demo:\n  - version: 1.2.3\n    urls: [https://a:b@example.com/x.tgz]\n")
			},
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts: its index gives an address for demo 1.2.3 with a user name or password in it",
			transfer: true,
		},
		"a file in the index": {
			change: func(r *repository) {
				r.files["/charts/index.yaml"] = []byte("entries:\n  demo:\n  - version: 1.2.3\n    urls: ['file:///etc/passwd']\n")
			},
			want:     "error: demo 1.2.3 could not be fetched: HOST/charts: its index gives an address for demo 1.2.3 that is not https or oci",
			transfer: true,
		},
		"traversal": {
			name: "../demo",
			want: `error: chart.name: is "../demo", which is not the name of a chart; use lower-case letters, digits, hyphens, underscores and single dots, starting and ending with a letter or digit`,
		},
		"traversing version": {
			version: "1.2.3/../../x",
			want:    `error: chart.version: is "1.2.3/../../x", which is not one exact version; write the chart's version as in its Chart.yaml, with three numbers and without a range, as in 1.2.3`,
		},
		"charts is a file": {
			files:    map[string]string{"charts": "x"},
			want:     "charts: error: is not a folder; move it away",
			transfer: false,
		},
		"the lock is wrong": {
			files: map[string]string{"charts.lock": "apiVersion: x\n"},
			want:  "charts.lock:1:1: error: kind: is \"\"; write ChartLock\ncharts.lock:1:13: error: apiVersion: is \"x\"; write atticgen.dev/v1alpha1",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			repository := newRepository(t, map[string][]byte{"demo-1.2.3.tgz": archive})
			if c.change != nil {
				c.change(repository)
			}
			dir := within(t, c.files)
			if c.digest != "" {
				put(t, "charts.lock", lockOf(Entry{"demo", repository.url(), "1.2.3", c.digest}))
			}
			before := snapshot(t, dir)
			ref := repository.ref("demo", "1.2.3")
			if c.name != "" {
				ref.Name = c.name
			}
			if c.version != "" {
				ref.Version = c.version
			}
			outcomes, err := repository.pull(t, ref)
			wantError(t, err, repository.URL, c.want)
			if outcomes != nil {
				t.Errorf("outcomes: %v", outcomes)
			}
			if e, ok := errors.AsType[*Error](err); !ok || e.Transfer != c.transfer {
				t.Errorf("%T is of a transfer: %v, want %v", err, !c.transfer, c.transfer)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// A chart that is fine is not taken beside one that is not.
func TestPullAllOrNothing(t *testing.T) {
	repository := newRepository(t, map[string][]byte{"good-1.0.0.tgz": packed(t, "good", "1.0.0", nil)})
	dir := within(t, nil)
	_, err := repository.pull(t, repository.ref("good", "1.0.0"), repository.ref("good", "1.1.0"))
	wantError(t, err, repository.URL, "error: good 1.1.0 could not be fetched: HOST/charts: it has no version 1.1.0 of good; run atticgen chart outdated, or look into its index.yaml, for those there are")
	if diff := cmp.Diff(map[string]string{}, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// replace puts another archive into the repository, index and all.
func (r *repository) replace(file string, archive []byte) {
	before := strings.TrimPrefix(sum(r.files["/charts/archives/"+file]), "sha256:")
	after := strings.TrimPrefix(sum(archive), "sha256:")
	r.files["/charts/archives/"+file] = archive
	r.files["/charts/index.yaml"] = bytes.ReplaceAll(r.files["/charts/index.yaml"], []byte(before), []byte(after))
}
