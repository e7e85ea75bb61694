package charts

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// What the real helm packages, indexes and pushes is what is pulled. Helm takes
// minutes to build, so it is used where ATTICGEN_HELM says where it is.
func TestRealHelm(t *testing.T) {
	binary := os.Getenv("ATTICGEN_HELM")
	if binary == "" {
		t.Skip("ATTICGEN_HELM does not name a helm")
	}
	home := t.TempDir()
	helm := func(args ...string) {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("helm %q: %v\n%s", args, err, out)
		}
	}
	helm("create", "demo")
	helm("package", "demo", "--version", "1.2.3+build", "--destination", "repo")
	helm("package", "demo", "--version", "1.2.4", "--destination", "repo")
	helm("repo", "index", "repo")

	r := newRegistry(t)
	plain := httptest.NewServer(r.Config.Handler)
	defer plain.Close()
	registry := "oci://" + strings.TrimPrefix(plain.URL, "http://") + "/some/charts"
	helm("push", "repo/demo-1.2.3+build.tgz", registry, "--plain-http")

	repository := newRepository(t, nil)
	for _, name := range []string{"index.yaml", "demo-1.2.3+build.tgz", "demo-1.2.4.tgz"} {
		data, err := os.ReadFile(filepath.Join(home, "repo", name))
		if err != nil {
			t.Fatal(err)
		}
		repository.files["/charts/"+name] = data
	}
	want := sum(repository.files["/charts/demo-1.2.3+build.tgz"])
	for name, options := range map[string]Options{
		"registry":   {Refs: []v1alpha1.ChartRef{{Name: "demo", Version: "1.2.3+build", Repository: registry, Insecure: true}}},
		"repository": {Refs: []v1alpha1.ChartRef{repository.ref("demo", "1.2.3+build")}, Remote: repository.remote()},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, nil)
			options.Root = "."
			outcomes, err := Pull(context.Background(), options)
			if err != nil {
				t.Fatal(err)
			}
			if outcomes[0].Digest != want {
				t.Errorf("digest %s, want %s", outcomes[0].Digest, want)
			}
			if _, diags := Verify(".", options.Refs); len(diags) > 0 {
				t.Error(diags)
			}
		})
	}
	within(t, map[string]string{"charts.lock": lockOf(Entry{"demo", repository.url(), "1.2.3+build", want})})
	found, err := Outdated(context.Background(), ".", nil, repository.remote())
	if err != nil || len(found) != 1 || found[0].Newest != "1.2.4" {
		t.Errorf("newest: %v, %v", found, err)
	}
}
