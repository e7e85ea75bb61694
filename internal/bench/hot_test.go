package bench_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/bench"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/krm"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// anOverlay is what is built: the one that says most.
const anOverlay = "overlays/production"

// BenchmarkLoad reads the text of a spec into its type.
func BenchmarkLoad(b *testing.B) {
	text := baseSpec(b)
	b.ReportAllocs()
	for b.Loop() {
		nodes, diags := load.Parse("cache.yaml", text)
		if diags.HasErrors() {
			b.Fatal(diags)
		}
		var spec v1alpha1.AtticCache
		if _, diags := load.Decode(nodes[0], &spec); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// BenchmarkExpand turns a spec that has been read into YAML.
func BenchmarkExpand(b *testing.B) {
	nodes, diags := load.Parse("cache.yaml", baseSpec(b))
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := expand.Spec(nodes[0], generators.Inputs{}); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// BenchmarkOverlay builds an overlay, by both ways.
func BenchmarkOverlay(b *testing.B) {
	repo, err := overlay.Open(root)
	if err != nil {
		b.Fatal(err)
	}
	ways := []struct {
		name    string
		options overlay.Options
	}{{"fast", overlay.Options{}}, {"kustomize", overlay.Options{Kustomize: true}}}
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := repo.Build(anOverlay, way.options); diags.HasErrors() {
					b.Fatal(diags)
				}
			}
		})
	}
}

// BenchmarkLayout files the objects of an environment.
func BenchmarkLayout(b *testing.B) {
	repo, err := overlay.Open(root)
	if err != nil {
		b.Fatal(err)
	}
	objects, diags := repo.Build(anOverlay, overlay.Options{})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := manifest.Layout(anOverlay, objects); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFunction answers the ResourceList that kustomize hands over for base.
func BenchmarkFunction(b *testing.B) {
	standIn := filepath.Join(b.TempDir(), "atticgen")
	if err := bench.BuildStandIn(b.Context(), root, standIn); err != nil {
		b.Fatal(err)
	}
	list, err := bench.Input(b.Context(), testbin.Kustomize(b), standIn, filepath.Join(root, "base"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := krm.Run(bytes.NewReader(list), generators.Inputs{}); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

func baseSpec(b *testing.B) []byte {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(root, "base", "cache", "cache.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	return text
}
