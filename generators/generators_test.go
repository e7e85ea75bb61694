package generators_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func TestKindsAreWhatTheirSpecsSay(t *testing.T) {
	for _, k := range generators.Kinds() {
		found, ok := generators.Find(k.APIVersion, k.Kind)
		if !ok || found.Kind != k.Kind {
			t.Errorf("%s %s is not found", k.APIVersion, k.Kind)
		}
		// An empty spec lacks what is required, and says so.
		if _, problems := k.Generate(k.New(), generators.Inputs{}); !validate.HasErrors(problems) {
			t.Errorf("an empty %s generates", k.Kind)
		}
	}
	if _, ok := generators.Find("atticgen.dev/v1", v1alpha1.KindAtticCache); ok {
		t.Error("an unknown version is found")
	}
}

func TestGenerateRefusesWhatIsNoSpec(t *testing.T) {
	for _, spec := range []any{nil, "attic", v1alpha1.AtticCache{}, &struct{}{}} {
		if _, err := generators.Generate(spec, generators.Inputs{}); err == nil {
			t.Errorf("%T generates", spec)
		}
	}
	var problems validate.Errors
	if _, err := generators.Generate(&v1alpha1.AtticCache{}, generators.Inputs{}); !errors.As(err, &problems) || len(problems) < 4 {
		t.Errorf("an empty spec gives %v, not everything that it lacks", err)
	}
}

func TestGenerateIsPure(t *testing.T) {
	spec := &v1alpha1.AtticCache{
		Metadata: v1alpha1.Metadata{Name: "attic"},
		Spec: v1alpha1.AtticCacheSpec{
			Hostname: "nix-cache.example.com",
			Storage:  v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "nix-cache"},
			Caches:   map[string]v1alpha1.Cache{"main": {Public: true}, "ci": {}},
			CacheJob: &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"},
			Postgres: &v1alpha1.PostgresClusterSpec{
				Parameters: map[string]string{"work_mem": "8MB"},
				Pooler:     &v1alpha1.Pooler{},
			},
			Network: &v1alpha1.Network{Traefik: &v1alpha1.Peer{Namespace: "edge"}},
		},
	}
	first, err := generators.Generate(spec, generators.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	if spec.Metadata.Namespace != "" || *spec.Spec.Postgres.Pooler != (v1alpha1.Pooler{}) || len(spec.Spec.Postgres.Parameters) != 1 ||
		spec.Spec.Caches["ci"].Priority != nil || spec.Spec.Network.Traefik.PodLabels != nil {
		t.Errorf("the spec was modified: %+v", spec)
	}
	for range 20 {
		again, err := generators.Generate(spec, generators.Inputs{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("the same spec gives other objects:\n%s", diff)
		}
	}
}
