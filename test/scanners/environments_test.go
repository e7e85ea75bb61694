package scanners_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// cases are the golden cases that are scanned beside the environments: between them
// they have every kind of workload, with every field set and with none. Charts are
// left out: those in golden cases only stand in for real ones.
func cases() []string {
	return []string{
		"golden/cronjob-gc/only",
		"golden/everything/only",
		"golden/module-hpa-deployment/only",
		"golden/postgres-everything/only",
		"golden/revocation-enforced/everything",
		"golden/service-everything/only",
	}
}

// TestEnvironments: scanners find nothing but what is accepted, and that still.
func TestEnvironments(t *testing.T) {
	t.Parallel()
	all := scanners(t)
	var streams []stream
	for _, e := range rendered.Environments(t) {
		if filepath.Dir(e.Name) == "environments" || slices.Contains(cases(), e.Name) {
			streams = append(streams, newStream(t, e.Name, e.Objects(t)))
		}
	}
	if want := 2 + len(cases()); len(streams) != want {
		t.Fatalf("%d environments are scanned, not %d", len(streams), want)
	}
	high := withHighUser(t)
	var found []finding
	for _, s := range all {
		findings, err := s.scan(append(slices.Clone(streams), high...))
		if err != nil {
			t.Error(err)
		}
		found = append(found, findings...)
	}
	list := readAccepted(t)
	for _, problem := range judge(found, list) {
		t.Error(problem)
	}
	if !t.Failed() {
		holdPage(t, list, found)
	}
}

// highUser is a user above those that a node may have.
const highUser = 10001

// withHighUser are the environments as they are when the spec names that user.
func withHighUser(t *testing.T) []stream {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"base", "overlays"} {
		if err := os.CopyFS(filepath.Join(root, folder), os.DirFS(filepath.Join(rendered.Root(), folder))); err != nil {
			t.Fatal(err)
		}
	}
	setUser(t, filepath.Join(root, "base", "cache", "cache.yaml"))
	cmd := exec.Command(testbin.Atticgen(t), "render")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var streams []stream
	for _, name := range []string{"production", "staging"} {
		dir := filepath.Join(root, "environments", name)
		streams = append(streams, newStream(t, highUserName("environments/"+name), rendered.Build(t, dir)))
	}
	return streams
}

// highUserName is what an environment with the other user is called.
func highUserName(environment string) string { return environment + " as 10001" }

func setUser(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cache map[string]any
	if err := yaml.UnmarshalStrict(data, &cache); err != nil {
		t.Fatal(err)
	}
	cache["spec"].(map[string]any)["security"] = map[string]any{"runAsUser": highUser, "runAsGroup": highUser}
	if data, err = yaml.Marshal(cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
