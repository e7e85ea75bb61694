package charts

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func TestFromSpecs(t *testing.T) {
	const head = "apiVersion: atticgen.dev/v1alpha1\nkind: "
	within(t, map[string]string{
		"base/platform/traefik.yaml":            head + "HelmChart\nmetadata: {name: traefik}\nspec: {chart: {name: traefik, version: 39.0.1, repository: 'https://traefik.github.io/charts'}}\n---\n" + head + "HelmChart\nmetadata: {name: own}\nspec: {chart: {name: own, version: 1.0.0}}\n",
		"base/platform/operator.yml":            head + "PostgresOperator\nmetadata: {name: cnpg}\n",
		"base/platform/flux.yaml":               head + "HelmChart\nmetadata: {name: loki}\nspec: {delivery: flux, chart: {name: loki, version: 1.0.0, repository: 'https://example.com'}}\n",
		"base/cache/cache.yaml":                 head + "AtticCache\nmetadata: {name: attic}\nspec: {hostname: x}\n",
		"base/cache/values.yaml":                "image: &i {tag: x}\nother: *i\n",
		"overlays/staging/platform/patch.yaml":  head + "HelmChart\nmetadata: {name: traefik}\nspec: {chart: {version: 39.1.0}}\n",
		"overlays/staging/platform/patch2.yaml": head + "PostgresOperator\nmetadata: {name: cnpg}\nspec: {chart: {version: 0.30.0, repository: 'http://mirror.example.com', insecure: true}}\n",
		"overlays/staging/note.txt":             head + "HelmChart\nspec: {chart: {name: x, version: 1.0.0}}\n",
		"elsewhere/x.yaml":                      head + "HelmChart\nspec: {chart: {name: x, version: 1.0.0}}\n",
		"charts/sub/values.yaml":                head + "HelmChart\nspec: {chart: {name: x, version: 1.0.0}}\n",
	})
	if err := os.Symlink("../elsewhere/x.yaml", "base/link.yaml"); err != nil {
		t.Fatal(err)
	}
	const cnpg = "https://cloudnative-pg.github.io/charts"
	got, err := FromSpecs(".", map[string]func(v1alpha1.ChartRef) v1alpha1.ChartRef{
		"PostgresOperator": func(ref v1alpha1.ChartRef) v1alpha1.ChartRef {
			return over(v1alpha1.ChartRef{Name: "cloudnative-pg", Version: "0.29.0", Repository: cnpg}, ref)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []v1alpha1.ChartRef{
		{Name: "cloudnative-pg", Version: "0.30.0", Repository: "http://mirror.example.com", Insecure: true},
		{Name: "cloudnative-pg", Version: "0.29.0", Repository: cnpg},
		{Name: "own", Version: "1.0.0"},
		{Name: "traefik", Version: "39.0.1", Repository: "https://traefik.github.io/charts"},
		{Name: "traefik", Version: "39.1.0", Repository: "https://traefik.github.io/charts"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	put(t, "base/broken.yaml", head+"HelmChart\nspec: {chart: {name: x\n")
	_, err = FromSpecs(".", nil)
	if err == nil || err.Error()[:len("base/broken.yaml:")] != "base/broken.yaml:" {
		t.Errorf("a spec that cannot be read: %v", err)
	}
	within(t, nil)
	if refs, err := FromSpecs(".", nil); err != nil || refs != nil {
		t.Errorf("a folder with nothing: %v, %v", refs, err)
	}
}
