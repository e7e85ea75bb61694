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
	want         []string
}{
	{
		name: "unknown field", object: "Deployment nix-cache/attic",
		path: []string{"spec", "revisionHistory"}, value: int64(3),
		want: []string{`Deployment nix-cache/attic: failed to create typed patch object (nix-cache/attic; apps/v1, Kind=Deployment): .spec.revisionHistory: field not declared in schema`},
	},
	{
		name: "unknown field of a custom resource", object: "Cluster nix-cache/attic-pg",
		path: []string{"spec", "enableSuperUserAccess"}, value: true,
		want: []string{`Cluster nix-cache/attic-pg: failed to create typed patch object (nix-cache/attic-pg; postgresql.cnpg.io/v1, Kind=Cluster): .spec.enableSuperUserAccess: field not declared in schema`},
	},
	{
		name: "enum of a custom resource", object: "Cluster nix-cache/attic-pg",
		path: []string{"spec", "primaryUpdateStrategy"}, value: "alone",
		want: []string{`spec.primaryUpdateStrategy: Unsupported value: "alone"`},
	},
	{
		name: "selector of a Deployment", object: "Deployment nix-cache/attic",
		path: []string{"spec", "selector", "matchLabels", "app.kubernetes.io/component"}, value: "api",
		want: []string{`Deployment nix-cache/attic: Deployment.apps "attic" is invalid: spec.selector: Invalid value: `, `field is immutable`},
	},
	{
		name: "Job that does something else", object: "Job nix-cache/attic-migrate-",
		path: []string{"spec", "template", "spec", "priorityClassName"}, value: "system-node-critical",
		want: []string{`Job.batch "attic-migrate-`, `is invalid: spec.template: Invalid value: `, `field is immutable`},
	},
	{
		name: "namespace that is not there", object: "Service nix-cache/attic",
		path: []string{"metadata", "namespace"}, value: "elsewhere",
		want: []string{`Service elsewhere/attic: namespaces "elsewhere" not found`},
	},
	{
		name: "kind that is not defined", object: "Middleware nix-cache/attic-rate-limit",
		path: []string{"apiVersion"}, value: "traefik.containo.us/v1alpha1",
		want: []string{`Middleware nix-cache/attic-rate-limit: no matches for kind "Middleware" in version "traefik.containo.us/v1alpha1"`},
	},
	{
		name: "pods that would be refused", object: "Deployment nix-cache/attic",
		path: []string{"spec", "template", "spec", "hostNetwork"}, value: true,
		want: []string{`Deployment nix-cache/attic: warning: would violate PodSecurity "restricted:v1.34": host namespaces (hostNetwork=true)`},
	},
}

// testFaults applies production and then breaks it: each fault is found.
func (s *server) testFaults(t *testing.T) {
	production := s.environments["environments/production"]
	m := &moves{server: s}
	defer m.end(t)
	if err := m.to(t, "environments/production", production); err != nil {
		t.Fatal(err)
	}
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			broken := find(t, production, tt.object)
			if err := unstructured.SetNestedField(broken.Object, tt.value, tt.path...); err != nil {
				t.Fatal(err)
			}
			_, err := s.apply(t, []*unstructured.Unstructured{broken})
			wants(t, err, tt.want...)
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
		job := find(t, production, "Job nix-cache/attic-migrate-")
		if err := unstructured.SetNestedField(job.Object, int64(1), "spec", "backoffLimit"); err != nil {
			t.Fatal(err)
		}
		wants(t, sameJobs(production, []*unstructured.Unstructured{job}), "Job nix-cache/attic-migrate-", ": what it does has changed, and its name has not")
	})
}

// find is a copy of the object of a name, or of one that begins so.
func find(t *testing.T, objects []*unstructured.Unstructured, name string) *unstructured.Unstructured {
	t.Helper()
	i := slices.IndexFunc(objects, func(object *unstructured.Unstructured) bool {
		return id(object) == name || strings.HasSuffix(name, "-") && strings.HasPrefix(id(object), name)
	})
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return objects[i].DeepCopy()
}

func wants(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, want := range parts {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
