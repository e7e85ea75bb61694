package overlay

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/load"
)

func TestSpecsAreThoseThatAreRendered(t *testing.T) {
	r := repo(t, files{
		"base/cache/kustomization.yaml": "resources: [cache.yaml]\n",
		"base/cache/cache.yaml":         spec("attic"),
		"base/extra/kustomization.yaml": "generators: [extra.yaml]\n",
		"base/extra/extra.yaml":         spec("extra"),
		// What is to be made from the specs is not there yet.
		"overlays/a/kustomization.yaml":       "generators: [cache]\nresources: [secrets, ../../base/extra]\n",
		"overlays/a/cache/kustomization.yaml": "resources: [../../../base/cache]\npatches: [{path: cache.yaml}]\n",
		"overlays/a/cache/cache.yaml":         "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, namespace: attic}\nspec: {hostname: a.example.com}\n",
	})
	specs, diags := r.Specs("overlays/a")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []load.Position
	for _, s := range specs {
		got = append(got, s.Locate([]string{"spec", "hostname"}))
	}
	want := []load.Position{{File: "overlays/a/cache/cache.yaml", Line: 4, Column: 8}, {File: "base/extra/extra.yaml", Line: 10, Column: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if specs[0].Get("spec").Get("storage").Get("bucket").Value != "attic" {
		t.Error("the base is not merged")
	}
}

func TestSpecsOfWhatIsNotThere(t *testing.T) {
	r := repo(t, files{"overlays/a/kustomization.yaml": "generators: [gone]\n", "overlays/b/kustomization.yaml": "resources: [../b]\n"})
	for overlay, want := range map[string]string{
		"overlays/a": `overlays/a/kustomization.yaml:1:14: error: names "gone", which is not there; write a path relative to this file's folder`,
		"overlays/b": "overlays/b: error: refers to itself; remove the circle from resources",
		"overlays/c": "overlays/c: error: is not there; name the folder of an overlay, as in overlays/staging",
	} {
		if _, diags := r.Specs(overlay); diags.Error() != want {
			t.Errorf("%s\n got %s\nwant %s", overlay, diags.Error(), want)
		}
	}
}
