package apply

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// faults are changes of what is applied, and what is to be said of them.
var faults = []struct {
	name, object string
	path         []string
	value        any
	want         string
}{
	{
		"unknown field", "Deployment nix-cache/attic", []string{"spec", "revisionHistory"}, int64(3),
		`Deployment nix-cache/attic: failed to create typed patch object (nix-cache/attic; apps/v1, Kind=Deployment): .spec.revisionHistory: field not declared in schema`,
	},
	{
		"unknown field of a custom resource", "Cluster nix-cache/attic-pg", []string{"spec", "enableSuperUserAccess"}, true,
		`Cluster nix-cache/attic-pg: failed to create typed patch object (nix-cache/attic-pg; postgresql.cnpg.io/v1, Kind=Cluster): .spec.enableSuperUserAccess: field not declared in schema`,
	},
	{
		"enum of a custom resource", "Cluster nix-cache/attic-pg", []string{"spec", "primaryUpdateStrategy"}, "alone",
		`spec.primaryUpdateStrategy: Unsupported value: "alone"`,
	},
	{
		"selector of a Deployment", "Deployment nix-cache/attic", []string{"spec", "selector", "matchLabels", "app.kubernetes.io/component"}, "api",
		`Deployment nix-cache/attic: Deployment.apps "attic" is invalid: spec.selector: Invalid value: `,
	},
	{
		"selector, which cannot be changed", "Deployment nix-cache/attic", []string{"spec", "selector", "matchLabels", "app.kubernetes.io/component"}, "api",
		`field is immutable`,
	},
	{
		"Job that does something else", "Job nix-cache/attic-migrate-484c9d033e", []string{"spec", "template", "spec", "priorityClassName"}, "system-node-critical",
		`Job.batch "attic-migrate-484c9d033e" is invalid: spec.template: Invalid value: `,
	},
	{
		"namespace that is not there", "Service nix-cache/attic", []string{"metadata", "namespace"}, "elsewhere",
		`Service elsewhere/attic: namespaces "elsewhere" not found`,
	},
	{
		"kind that is not defined", "Middleware nix-cache/attic-rate-limit", []string{"apiVersion"}, "traefik.containo.us/v1alpha1",
		`Middleware nix-cache/attic-rate-limit: no matches for kind "Middleware" in version "traefik.containo.us/v1alpha1"`,
	},
	{
		"pods that would be refused", "Deployment nix-cache/attic", []string{"spec", "template", "spec", "hostNetwork"}, true,
		`Deployment nix-cache/attic: warning: would violate PodSecurity "restricted:v1.34": host namespaces (hostNetwork=true)`,
	},
}

// testFaults applies production and then breaks it: each fault is found.
func (s *server) testFaults(t *testing.T) {
	production := s.environments["environments/production"]
	m := &moves{server: s}
	defer m.end(t)
	if err := m.to(t, production); err != nil {
		t.Fatal(err)
	}
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			broken := find(t, production, tt.object)
			if err := unstructured.SetNestedField(broken.Object, tt.value, tt.path...); err != nil {
				t.Fatal(err)
			}
			_, err := s.apply(t, []*unstructured.Unstructured{broken})
			wants(t, err, tt.want)
		})
	}
	t.Run("what changes when it is applied again", func(t *testing.T) {
		service := find(t, production, "Service nix-cache/attic")
		before, err := s.apply(t, []*unstructured.Unstructured{service})
		if err != nil {
			t.Fatal(err)
		}
		service.SetLabels(nil)
		wants(t, s.again(t, []*unstructured.Unstructured{service}, before), "Service nix-cache/attic changes when it is applied again: ")
	})
	t.Run("what is on its way out", func(t *testing.T) {
		endpoints := named("v1", "Endpoints", "outside")
		endpoints.SetNamespace("nix-cache")
		_, err := s.apply(t, []*unstructured.Unstructured{endpoints})
		wants(t, err, "Endpoints nix-cache/outside: warning: v1 Endpoints is deprecated")
		s.Remove(t, endpoints)
	})
	t.Run("Job that does something else under its name", func(t *testing.T) {
		job := find(t, production, "Job nix-cache/attic-migrate-484c9d033e")
		if err := unstructured.SetNestedField(job.Object, int64(1), "spec", "backoffLimit"); err != nil {
			t.Fatal(err)
		}
		wants(t, sameJobs(production, []*unstructured.Unstructured{job}), "Job nix-cache/attic-migrate-484c9d033e: what it does has changed, and its name has not")
	})
}

// find is a copy of an object.
func find(t *testing.T, objects []*unstructured.Unstructured, name string) *unstructured.Unstructured {
	t.Helper()
	i := slices.IndexFunc(objects, func(object *unstructured.Unstructured) bool { return id(object) == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return objects[i].DeepCopy()
}

func wants(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
