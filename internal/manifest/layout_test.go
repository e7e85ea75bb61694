package manifest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

func object(apiVersion, kind, namespace, name string, wave meta.Wave) Object {
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return Object{
		ID:     ID{Group: Group(apiVersion), Kind: kind, Namespace: namespace, Name: name},
		Wave:   wave,
		Fields: map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": metadata},
	}
}

func TestLayout(t *testing.T) {
	long := strings.Repeat("n", 200)
	objects := []Object{
		object("v1", "Namespace", "", "cache", meta.WaveFoundation),
		object("v1", "ConfigMap", "cache", "config", meta.WaveFoundation),
		object("batch/v1", "Job", "cache", "migrate", meta.WaveMigration),
		object("apps/v1", "Deployment", "cache", "api", meta.WaveServing),
		object("v1", "Secret", "cache", "late", meta.WaveConfiguration),
		object("v1", "Secret", "cache", "later", 1000),
		object("v1", "Secret", "cache", "early", -1),
		// One kind in two groups, and in two namespaces.
		object("postgresql.cnpg.io/v1", "Cluster", "cache", "same", meta.WaveFoundation),
		object("cluster.x-k8s.io/v1", "Cluster", "cache", "same", meta.WaveFoundation),
		object("v1", "ConfigMap", "other", "config", meta.WaveFoundation),
		object("v1", "Endpoints", "cache", "both", meta.WaveFoundation),
		object("example.com/v1", "Endpoints", "cache", "both", meta.WaveFoundation),
		// Names that RBAC allows.
		object("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:auth:reader", meta.WaveFoundation),
		object("v1", "ConfigMap", "cache", long, meta.WaveFoundation),
		object("v1", "ConfigMap", "cache", "y", meta.WaveFoundation),
		object("v1", "ConfigMap", "cache", "naïve", meta.WaveFoundation),
	}
	got, err := Layout("overlays/staging", objects)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cache/cache/deployment-api.yaml",
		"cache/cache/secret-late.yaml",
		"cache/cache/secret-later.yaml",
		"cache/kustomization.yaml",
		"database/cache/cluster.cluster.x-k8s.io-same.yaml",
		"database/cache/cluster.postgresql.cnpg.io-same.yaml",
		"database/cache/configmap-config.yaml",
		"database/cache/configmap-naïve.yaml",
		"database/cache/configmap-" + long + ".yaml",
		"database/cache/configmap-y.yaml",
		"database/cache/endpoints.core-both.yaml",
		"database/cache/endpoints.example.com-both.yaml",
		"database/cache/job-migrate.yaml",
		"database/cache/secret-early.yaml",
		"database/clusterrole-system_auth_reader.yaml",
		"database/kustomization.yaml",
		"database/namespace-cache.yaml",
		"database/other/configmap-config.yaml",
		"kustomization.yaml",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got.Paths()); diff != "" {
		t.Error(diff)
	}
	listed := 0
	for _, stage := range []string{"", "database/", "cache/"} {
		for _, resource := range resources(t, got, stage+"kustomization.yaml") {
			if stage == "" {
				continue
			}
			listed++
			if _, ok := got.Bytes(stage + resource); !ok {
				t.Errorf("%skustomization.yaml names %s, which is not there", stage, resource)
			}
		}
	}
	if listed != len(objects) {
		t.Errorf("%d of %d objects are listed", listed, len(objects))
	}
	if diff := cmp.Diff([]string{"database", "cache"}, resources(t, got, "kustomization.yaml")); diff != "" {
		t.Errorf("stages are in another order: %s", diff)
	}
	text, _ := got.Bytes("database/cache/configmap-config.yaml")
	header := tree.Header + " from overlays/staging; do not edit: change the source and run atticgen render.\n"
	if diff := cmp.Diff(header+"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n  namespace: cache\n", string(text)); diff != "" {
		t.Error(diff)
	}
}

func resources(t *testing.T, from *tree.Tree, path string) []string {
	t.Helper()
	data, ok := from.Bytes(path)
	if !ok {
		t.Fatalf("there is no %s", path)
	}
	var k struct {
		APIVersion, Kind string
		Resources        []string
	}
	if err := yaml.UnmarshalStrict(data, &k); err != nil {
		t.Fatal(err)
	}
	if k.APIVersion != "kustomize.config.k8s.io/v1beta1" || k.Kind != "Kustomization" {
		t.Errorf("%s is a %s %s", path, k.APIVersion, k.Kind)
	}
	return k.Resources
}

// A stage without objects is not there, and not named.
func TestLayoutOfOneStage(t *testing.T) {
	got, err := Layout("a", []Object{object("v1", "ConfigMap", "a", "a", meta.WaveServing)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cache/a/configmap-a.yaml", "cache/kustomization.yaml", "kustomization.yaml"}, got.Paths()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"cache"}, resources(t, got, "kustomization.yaml")); diff != "" {
		t.Error(diff)
	}
}

// The source is a comment, whatever its name.
func TestLayoutOfAnOddSource(t *testing.T) {
	got, err := Layout("overlays/a\nkind: B\r\u2028# \x1b[2J", []Object{object("v1", "ConfigMap", "", "a", 0)})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := got.Bytes("database/configmap-a.yaml")
	first, rest, _ := strings.Cut(string(text), "\n")
	want := tree.Header + ` from overlays/a\x0akind: B\x0d\u2028# \x1b[2J; do not edit: change the source and run atticgen render.`
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", rest); diff != "" {
		t.Error(diff)
	}
}

func TestLayoutRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		objects []Object
		want    string
	}{
		"the same twice":         {[]Object{object("v1", "A", "", "a", 0), object("v1", "A", "", "a", 0)}, `A a: rendered file "database/a-a.yaml": is rendered twice`},
		"names that are one":     {[]Object{object("v1", "A", "", "a:b", 0), object("v1", "A", "", "a_b", 0)}, `A a_b: rendered file "database/a-a_b.yaml": is rendered twice`},
		"another case":           {[]Object{object("v1", "A", "", "admin", 0), object("v1", "A", "", "Admin", 0)}, `A Admin: rendered file "database/a-Admin.yaml": takes the place of the file "database/a-admin.yaml"`},
		"a namespace that is up": {[]Object{object("v1", "A", "../../etc", "a", 0)}, "the path has a part '.' or '..'"},
		"an absolute namespace":  {[]Object{object("v1", "A", "/etc", "a", 0)}, "the path has an empty part"},
		"a kind that is up":      {[]Object{object("v1", "../../a", "", "a", 0)}, "the path has a part '.' or '..'"},
		"a kustomization's name": {[]Object{object("v1", "A", "kustomization.yaml", "a", 0)}, `takes the place of the folder "database/kustomization.yaml"`},
		"an escape":              {[]Object{object("v1", "A", "", "a\x1b[2J", 0)}, `the path has a control or invisible character`},
		"a line break":           {[]Object{object("v1", "A", "a\nb", "a", 0)}, `the path has a control or invisible character`},
		"a name that is long":    {[]Object{object("v1", "A", "", strings.Repeat("n", 253), 0)}, "a part of the path is 260 bytes long: use at most 255"},
		"a folder of Git":        {[]Object{object("v1", "A", ".git", "a", 0)}, "a folder '.git' belongs to Git"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Layout("overlays/a", c.objects)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v; want %q", err, c.want)
			}
		})
	}
	t.Run("up, but only in the name", func(t *testing.T) {
		got, err := Layout("overlays/a", []Object{object("v1", "A", "", "../../b\\c", 0)})
		if err != nil || !cmp.Equal(got.Paths()[0], "database/a-.._.._b_c.yaml") {
			t.Errorf("%v, %v", got.Paths(), err)
		}
	})
}

// With sortOptions fifo, kustomize keeps the order of the list.
func TestDefinitionsComeFirst(t *testing.T) {
	environment, err := Layout("overlays/a", []Object{
		object("v1", "ConfigMap", "a", "a", 0),
		object("v1", "Namespace", "", "a", 0),
		object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "as.example.com", 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	data, _ := environment.Bytes("database/kustomization.yaml")
	want := "resources:\n- customresourcedefinition-as.example.com.yaml\n- namespace-a.yaml\n- a/configmap-a.yaml\n"
	if !strings.HasSuffix(string(data), want) {
		t.Errorf("%s", data)
	}
}
