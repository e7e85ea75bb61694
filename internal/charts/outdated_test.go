package charts

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func TestOutdated(t *testing.T) {
	repository := newRepository(t, map[string][]byte{
		"demo-1.2.3.tgz": nil, "demo-1.10.0.tgz": nil, "demo-1.9.0.tgz": nil, "current-v2.0.0.tgz": nil, "current-v1.9.9.tgz": nil,
	})
	index := repository.files["/charts/index.yaml"]
	repository.files["/charts/index.yaml"] = []byte("entries:\n  pre:\n  - version: 1.0.0-rc.2\n  - version: 1.0.0-rc.10\n  - version: not a version\n  stable:\n  - version: 1.0.0\n  - version: 2.0.0-rc.1\n" + string(index[len("apiVersion: v1\nentries:\n"):]))
	r := newRegistry(t)
	for _, tag := range []string{"1.0.0", "1.1.0_x", "latest"} {
		r.push(t, "oci", tag, configType)
	}
	entries := []Entry{
		{"demo", repository.url(), "1.2.3", ""},
		{"current", repository.url(), "v2.0.0", ""},
		{"own", "", "1.0.0", ""},
		{"pre", repository.url(), "1.0.0-rc.2", ""},
		{"stable", repository.url(), "1.0.0", ""},
		{"oci", r.url(), "1.0.0", ""},
		{"plain", "http://127.0.0.1:1", "1.0.0", ""},
		{"absent", repository.url(), "1.0.0", ""},
	}
	within(t, map[string]string{"charts.lock": lockOf(entries...)})
	// All servers of httptest have the same certificate.
	found, err := Outdated(context.Background(), ".", []v1alpha1.ChartRef{{Name: "not-locked", Version: "1.0.0"}}, repository.remote())
	var got []string
	for _, n := range found {
		line := n.String() + " → " + n.Newest
		if n.Outdated {
			line += ", outdated"
		}
		got = append(got, line)
	}
	want := []string{
		"absent 1.0.0 → ", "current v2.0.0 → v2.0.0", "demo 1.2.3 → 1.10.0, outdated", "oci 1.0.0 → 1.1.0+x, outdated",
		"plain 1.0.0 → ", "pre 1.0.0-rc.2 → 1.0.0-rc.10, outdated", "stable 1.0.0 → 1.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantError(t, err, repository.URL, "error: absent 1.0.0 could not be fetched: HOST/charts: it has no chart absent; check the name\n"+
		"error: plain 1.0.0 could not be fetched: http://127.0.0.1:1/index.yaml is http, without encryption; use https, or write insecure: true beside the repository in the spec")
	asked := 0
	for _, path := range repository.asked {
		if path == "/charts/index.yaml" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the index was fetched %d times", asked)
	}

	within(t, nil)
	_, err = Outdated(context.Background(), ".", nil, Remote{})
	wantError(t, err, "HOST", "charts.lock: error: is not there; run atticgen chart pull, or name the folder with charts.lock with --root")
}
