package cluster_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/crds"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

// TestCluster: definitions are served, objects applied, and unknown fields
// refused.
func TestCluster(t *testing.T) {
	c := cluster.New(t)
	c.Install(t, crds.All(t))
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware",
		"metadata": map[string]any{"name": "headers", "namespace": "default"},
		"spec":     map[string]any{"compress": map[string]any{}},
	}}
	if _, err := c.Apply(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), object); err != nil {
		t.Error(err)
	}
	object.Object["spec"] = map[string]any{"compres": map[string]any{}}
	if _, err := c.Apply(t.Context(), object); err == nil {
		t.Error("a field that is not in the definition was accepted")
	}
}
