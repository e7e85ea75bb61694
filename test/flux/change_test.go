package flux

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/documented"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

const (
	overlay     = "overlays/staging/kustomization.yaml"
	overlaySpec = "overlays/staging/cache/cache.yaml"
)

// testChange: what a changed overlay renders is applied, what it no longer
// renders goes, and a Job that changes under its name is replaced.
func (f *flux) testChange(t *testing.T) {
	const namespace = "change"
	r := sample(t, namespace)
	r.write(t, "overlays/staging/notes.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: "+namespace+"}\ndata: {a: b}\n")
	r.add(t, "resources: [notes.yaml]\n")
	r.render(t)
	s := f.stages(t, "flux-change", "staging")
	f.applied(t, s, r)
	notes := object("v1", "ConfigMap", namespace, "notes")
	f.get(t, notes)
	job := f.only(t, object("batch/v1", "Job", namespace, ""))

	const image = "heywoodlh/attic:0123456789abcdef0123456789abcdef01234567"
	r.replace(t, overlaySpec, "maxReplicas: 4", "maxReplicas: 6")
	r.replace(t, overlaySpec, "spec:\n", "spec:\n  image: "+image+"\n")
	r.replace(t, overlaySpec, "hostname: nix-cache.staging.example.com", "hostname: other.staging.example.com")
	r.replace(t, overlay, "resources: [notes.yaml]\n", "")
	r.render(t)
	f.applied(t, s, r)
	scaler := f.get(t, object("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "attic"))
	if most, _, _ := unstructured.NestedInt64(scaler.Object, "spec", "maxReplicas"); most != 6 {
		t.Errorf("maxReplicas are still %d", most)
	}
	for _, pod := range f.list(t, object("v1", "Pod", namespace, "")) {
		if pod.GetLabels()["app.kubernetes.io/name"] != "attic" || pod.GetDeletionTimestamp() != nil {
			continue
		}
		containers, _, _ := unstructured.NestedSlice(pod.Object, "spec", "containers")
		if got := containers[0].(map[string]any)["image"]; got != image {
			t.Errorf("pod %s still runs %s", pod.GetName(), got)
		}
	}
	if err := f.absent(t.Context(), notes); err != nil {
		t.Error(err)
	}
	newer := f.gone(t, job)

	// A transformer of kustomize does not change the name of the Job.
	r.add(t, `patches:
  - target: {kind: Job, name: attic-migrate-.*}
    patch: |
      - {op: add, path: /spec/template/spec/terminationGracePeriodSeconds, value: 5}
`)
	r.render(t)
	f.applied(t, s, r)
	replaced := f.only(t, object("batch/v1", "Job", namespace, ""))
	if replaced.GetName() != newer.GetName() || replaced.GetUID() == newer.GetUID() {
		t.Errorf("Job %s has not been replaced by %s", newer.GetName(), replaced.GetName())
	}
}

// applied publishes a repository and waits until both stages are ready. Then what
// is in the cluster under Flux is what was rendered, and all of it.
func (f *flux) applied(t *testing.T, s *stages, r repository) {
	t.Helper()
	revision := s.publish(t, r.dir)
	for _, k := range []*unstructured.Unstructured{s.database, s.cache} {
		f.apply(t, k)
	}
	for _, k := range []*unstructured.Unstructured{s.database, s.cache} {
		f.awaitReady(t, k, revision)
		f.hasApplied(t, k, r.dir)
	}
}

// hasApplied compares what a Kustomization says it has applied with what is
// rendered: the same objects, and in the cluster they have every field.
func (f *flux) hasApplied(t *testing.T, k *unstructured.Unstructured, repository string) {
	t.Helper()
	got := f.inventory(t, k)
	want := map[string]*unstructured.Unstructured{}
	for _, o := range rendered.Build(t, repository+"/"+text(k, "spec", "path")) {
		want[fmt.Sprintf("%s_%s_%s_%s", o.GetNamespace(), o.GetName(), o.GroupVersionKind().Group, o.GetKind())] = o
	}
	if diff := cmp.Diff(keys(want), keys(got)); diff != "" {
		t.Errorf("%s has not applied what is rendered (-want +got):\n%s", k.GetName(), diff)
	}
	for id, o := range want {
		if _, encrypted := o.Object["sops"]; encrypted || got[id] == nil {
			continue
		}
		for _, fault := range missing(id, o.Object, got[id].Object) {
			t.Error(fault)
		}
	}
}

// missing are the fields of one value that another one has not.
func missing(path string, want, got any) []string {
	var found []string
	switch want := want.(type) {
	case map[string]any:
		fields, _ := got.(map[string]any)
		for name, value := range want {
			found = append(found, missing(path+"."+name, value, fields[name])...)
		}
	case []any:
		items, _ := got.([]any)
		if len(items) != len(want) {
			return []string{fmt.Sprintf("%s has %d items in the cluster, not %d", path, len(items), len(want))}
		}
		for i, item := range want {
			found = append(found, missing(fmt.Sprintf("%s[%d]", path, i), item, items[i])...)
		}
	default:
		if want != got {
			found = append(found, fmt.Sprintf("%s is %v in the cluster, not %v", path, got, want))
		}
	}
	return found
}

// gone waits until an object has been pruned and there is one other of its kind,
// which it returns.
func (f *flux) gone(t *testing.T, was *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	cluster.Eventually(t, patience, func() error { return f.absent(t.Context(), was) })
	return f.only(t, object(was.GetAPIVersion(), was.GetKind(), was.GetNamespace(), ""))
}

// testKept: when a cache moves to another namespace, rendering asks first; Flux
// then deletes the database, unless the documented component is in the overlay.
func (f *flux) testKept(t *testing.T) {
	t.Run("with the component", func(t *testing.T) {
		t.Parallel()
		r := sample(t, "kept")
		blocks := documented.Section(t, "docs/gitops.md", "Pruning, and what must not be pruned")
		r.write(t, "components/keep-data/kustomization.yaml", blocks[0].Text)
		r.add(t, blocks[1].Text)
		r.render(t)
		f.move(t, r, "kept")
		// What holds no data has gone, so the rest was kept.
		migration := object("v1", "ServiceAccount", "kept", "attic-migrate")
		cluster.Eventually(t, patience, func() error { return f.absent(t.Context(), migration) })
		for _, o := range []*unstructured.Unstructured{
			object("v1", "Namespace", "", "kept"),
			object("postgresql.cnpg.io/v1", "Cluster", "kept", "attic-pg"),
			object("barmancloud.cnpg.io/v1", "ObjectStore", "kept", "attic-pg-backup"),
		} {
			if f.get(t, o).GetDeletionTimestamp() != nil {
				t.Errorf("%s %s is being deleted", o.GetKind(), o.GetName())
			}
		}
	})
	t.Run("without it", func(t *testing.T) {
		t.Parallel()
		f.move(t, sample(t, "lost"), "lost")
		cluster.Eventually(t, patience, func() error {
			return f.absent(t.Context(), object("postgresql.cnpg.io/v1", "Cluster", "lost", "attic-pg"))
		})
	})
}

// move applies the stage database, and then applies it with everything in another
// namespace.
func (f *flux) move(t *testing.T, r repository, namespace string) {
	t.Helper()
	s := f.stages(t, "flux-"+namespace, "staging")
	revision := s.publish(t, r.dir)
	f.apply(t, s.database)
	f.awaitReady(t, s.database, revision)

	for _, spec := range []string{"base/cache/cache.yaml", overlaySpec} {
		r.replace(t, spec, "  namespace: "+namespace+"\n", "  namespace: "+namespace+"-moved\n")
	}
	out, err := exec.Command(testbin.Atticgen(t), "render", "--root", r.dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--remove-data") {
		t.Errorf("a database left the environment, and rendering did not ask: %v\n%s", err, out)
	}
	r.render(t, "--remove-data")
	f.awaitReady(t, s.database, s.publish(t, r.dir))
	f.hasApplied(t, s.database, r.dir)
}
