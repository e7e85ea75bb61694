package cli

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chartServer is a private repository on loopback that has one chart in some
// versions.
func chartServer(t *testing.T, versions ...string) *httptest.Server {
	t.Helper()
	files := map[string][]byte{}
	index := "entries:\n  demo:\n"
	for _, version := range versions {
		files["/demo-"+version+".tgz"] = chartArchive(t, version)
		index += fmt.Sprintf("  - version: %s\n    urls: [demo-%s.tgz]\n", version, version)
	}
	files["/index.yaml"] = []byte(index)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[r.URL.Path]
		user, password, _ := r.BasicAuth()
		switch {
		case user != "ci" || password != "secret":
			w.WriteHeader(http.StatusForbidden)
		case !ok:
			http.NotFound(w, r)
		default:
			_, _ = w.Write(data)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func chartArchive(t *testing.T, version string) []byte {
	t.Helper()
	content := "apiVersion: v2\nname: demo\nversion: " + version + "\n"
	var b strings.Builder
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	err := archive.WriteHeader(&tar.Header{Name: "demo/Chart.yaml", Mode: 0o644, Size: int64(len(content))})
	if err == nil {
		_, err = archive.Write([]byte(content))
	}
	if err := errors.Join(err, archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// What a person types to pull from a private repository, and to keep up with it.
func TestChartCommands(t *testing.T) {
	server := chartServer(t, "1.0.0", "1.1.0", "2.0.0-rc.1")
	t.Chdir(t.TempDir())
	spec := func(version string) {
		text := "apiVersion: atticgen.dev/v1alpha1\nkind: HelmChart\nmetadata: {name: demo, namespace: demo}\n" +
			"spec: {chart: {name: demo, version: " + version + ", repository: '" + server.URL + "', insecure: true}}\n"
		if err := errors.Join(os.MkdirAll("base", 0o755), os.WriteFile("base/demo.yaml", []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	digest := func(version string) string {
		hash := sha256.Sum256(chartArchive(t, version))
		return "sha256:" + hex.EncodeToString(hash[:])
	}
	const credentials = " --username ci --password-stdin"
	steps := []struct {
		version, args, in string
		code              int
		out, err          string
	}{
		{
			version: "1.0.0", args: "pull", code: ExitOutput,
			err: "error: demo 1.0.0 could not be fetched: URL/index.yaml: the answer is 403 Forbidden; a private repository wants --username and --password-stdin, a registry also takes what docker login stored\n",
		},
		{version: "1.0.0", args: "outdated", code: ExitInput, err: "charts.lock: error: is not there; run atticgen chart pull, or name the folder with charts.lock with --root\n"},
		{
			version: "1.0.0", args: "pull --format markdown" + credentials, in: "secret\n",
			out: "| Chart | Version | Digest | State |\n| --- | --- | --- | --- |\n| demo | 1.0.0 | " + digest("1.0.0") + " | pulled |\n",
		},
		{version: "1.0.0", args: "verify", out: "Chart  Version  Digest                                                                   State\ndemo   1.0.0    " + digest("1.0.0") + "  up to date\n"},
		{version: "1.0.0", args: "outdated" + credentials, in: "secret", out: "Chart  Version  Newest  State\ndemo   1.0.0    1.1.0   outdated\n"},
		{
			version: "1.0.0", args: "outdated --check --format json" + credentials, in: "secret", code: ExitDifferent,
			out: "{\n  \"charts\": [\n    {\n      \"name\": \"demo\",\n      \"repository\": \"URL\",\n      \"version\": \"1.0.0\",\n      \"newest\": \"1.1.0\",\n      \"outdated\": true\n    }\n  ]\n}\n",
			err: "error: charts are outdated; write the newer version where the chart is named, and run atticgen chart pull\n",
		},
		{version: "1.1.0", args: "verify", code: ExitInput, out: "Chart  Version  Digest                                                                   State\ndemo   1.0.0    " + digest("1.0.0") + "  up to date\n", err: "charts.lock: error: has no entry for demo 1.1.0 of URL, only for demo 1.0.0 of URL; run atticgen chart pull demo\n"},
		{
			version: "1.1.0", args: "pull demo" + credentials, in: "secret\r\n", code: ExitOutput,
			err: "error: demo 1.0.0 could not be fetched: URL/index.yaml is http, without encryption; use https, or write insecure: true beside the repository in the spec\n",
		},
	}
	for i, s := range steps {
		spec(s.version)
		if i == len(steps)-1 {
			// Nothing allows http any more for a version that no spec names.
			if err := os.Remove("charts/demo-1.0.0.tgz"); err != nil {
				t.Fatal(err)
			}
		}
		var out, talk strings.Builder
		code := Run(context.Background(), "v0-test", append([]string{"chart"}, strings.Fields(s.args)...), Streams{In: strings.NewReader(s.in), Out: &out, Err: &talk})
		if code != s.code {
			t.Errorf("chart %s: exit code %d, want %d", s.args, code, s.code)
		}
		if diff := cmp.Diff(s.out, strings.ReplaceAll(out.String(), server.URL, "URL")); diff != "" {
			t.Errorf("chart %s: standard output (-want +got):\n%s", s.args, diff)
		}
		if diff := cmp.Diff(s.err, strings.ReplaceAll(talk.String(), server.URL, "URL")); diff != "" {
			t.Errorf("chart %s: standard error (-want +got):\n%s", s.args, diff)
		}
	}
}

// This repository's own charts.lock is what users copy: it names what is needed,
// and is in order before anything is pulled.
func TestOwnCharts(t *testing.T) {
	var out, talk strings.Builder
	code := Run(t.Context(), "v0-test", []string{"chart", "verify", "--root", "../.."}, Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
	if code != ExitOK || talk.Len() > 0 {
		t.Errorf("exit code %d\n%s", code, talk.String())
	}
	if !strings.Contains(out.String(), "cloudnative-pg") {
		t.Errorf("the operator's chart is not listed:\n%s", out.String())
	}
}
