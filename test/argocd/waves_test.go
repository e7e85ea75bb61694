package argocd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

const (
	waveAnnotation    = "argocd.argoproj.io/sync-wave"
	optionsAnnotation = "argocd.argoproj.io/sync-options"
)

// misplaced are the objects in the folder of another stage than that of their
// wave.
func misplaced(t *testing.T, e rendered.Environment) []string {
	t.Helper()
	var found []string
	for _, d := range e.Documents(t) {
		_, below, _ := strings.Cut(d.File, "environments/"+filepath.Base(e.Dir)+"/")
		stage, _, _ := strings.Cut(below, "/")
		if want := stageOf(wave(d.Object)); want != stage {
			found = append(found, fmt.Sprintf("%s of wave %d is in the stage %q, not %s", id(d.Object), wave(d.Object), stage, want))
		}
	}
	return found
}

func TestMisplaced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "environments", "staging")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(rendered.Root(), "environments", "staging"))); err != nil {
		t.Fatal(err)
	}
	const file = "nix-cache/service-attic.yaml"
	if err := os.Rename(filepath.Join(dir, "cache", file), filepath.Join(dir, "database", file)); err != nil {
		t.Fatal(err)
	}
	want := []string{`Service nix-cache/attic of wave 2 is in the stage "database", not cache`}
	if diff := cmp.Diff(want, misplaced(t, rendered.Environment{Name: "moved", Dir: dir})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFaults: each fault is found.
func TestFaults(t *testing.T) {
	staging, everything := "environments/staging", "golden/service-everything/want/environments/only"
	cronJob := "golden/cronjob-gc/want/environments/only"
	for name, test := range map[string]struct {
		from, object, annotation, value, want string
	}{
		"not a number":            {staging, "Job.batch nix-cache/attic-migrate-", waveAnnotation, "one", `wave "one"`},
		"after its use":           {staging, "ServiceAccount nix-cache/attic-migrate", waveAnnotation, "2", "Job.batch nix-cache/attic-migrate-"},
		"namespace after content": {staging, "Namespace /nix-cache", waveAnnotation, "1", "is needed by Cluster.postgresql.cnpg.io nix-cache/attic-pg"},
		"policy after its pods":   {staging, "NetworkPolicy.networking.k8s.io nix-cache/attic-api", waveAnnotation, "3", "is needed by Deployment.apps nix-cache/attic in wave 2"},
		"API before migration":    {staging, "Deployment.apps nix-cache/attic", waveAnnotation, "1", "must be after Job.batch nix-cache/attic-migrate-"},
		"unknown option":          {staging, "Job.batch nix-cache/attic-migrate-", optionsAnnotation, "Forced=true", "Forced=true"},
		"hook":                    {staging, "Job.batch nix-cache/attic-migrate-", "helm.sh/hook", "pre-install", "helm.sh/hook"},
		"after a CronJob":         {cronJob, "ServiceAccount nix-cache/attic-gc", waveAnnotation, "3", "is needed by CronJob.batch nix-cache/attic-gc in wave 2"},
		"file of a CronJob":       {cronJob, "ConfigMap nix-cache/attic-config-", waveAnnotation, "3", "is needed by CronJob.batch nix-cache/attic-gc in wave 2"},
		"policy of a CronJob":     {cronJob, "NetworkPolicy.networking.k8s.io nix-cache/attic-gc", waveAnnotation, "3", "is needed by CronJob.batch nix-cache/attic-gc in wave 2"},
		"volume after its pods":   {everything, "PersistentVolumeClaim web/root-data", waveAnnotation, "3", "is needed by Deployment.apps web/root in wave 2"},
		"end of an option":        {staging, "Job.batch nix-cache/attic-migrate-", optionsAnnotation, "lidate=false", "the sync option lidate=false,"},
		"option of kubectl":       {staging, "Job.batch nix-cache/attic-migrate-", optionsAnnotation, "validate=false", "the sync option validate=false,"},
		"option without value":    {staging, "Job.batch nix-cache/attic-migrate-", optionsAnnotation, "Prune", "the sync option Prune,"},
	} {
		t.Run(name, func(t *testing.T) {
			objects := rendered.Build(t, filepath.Join(rendered.Root(), filepath.FromSlash(test.from)))
			found := false
			for _, o := range objects {
				exact := !strings.HasSuffix(test.object, "-")
				if exact && id(o) == test.object || !exact && strings.HasPrefix(id(o), test.object) {
					found = true
					annotations := o.GetAnnotations()
					if annotations == nil {
						annotations = map[string]string{}
					}
					annotations[test.annotation] = test.value
					o.SetAnnotations(annotations)
				}
			}
			if !found {
				t.Fatalf("there is no %s", test.object)
			}
			said := strings.Join(append(faults(objects), unknownOptions(objects, read(t, "docs/user-guide/sync-options.md"))...), "\n")
			if !strings.Contains(said, test.object) || !strings.Contains(said, test.want) {
				t.Errorf("this says nothing of %s and %s:\n%s", test.object, test.want, said)
			}
		})
	}
}

// stageOf is what docs/gitops.md says of waves and stages.
func stageOf(wave int) string {
	switch {
	case wave <= -10:
		return "platform"
	case wave <= 1:
		return "database"
	default:
		return "cache"
	}
}

// wave is Argo CD's reading of the annotation: what is not a number is none.
func wave(o *unstructured.Unstructured) int {
	n, _ := strconv.Atoi(o.GetAnnotations()[waveAnnotation])
	return n
}

// faults are what Argo CD would stumble over.
func faults(objects []*unstructured.Unstructured) []string {
	var found []string
	for _, o := range objects {
		for name, value := range o.GetAnnotations() {
			_, err := strconv.Atoi(value)
			switch {
			case name == waveAnnotation && err != nil:
				found = append(found, fmt.Sprintf("%s has wave %q, which is not a whole number", id(o), value))
			case name == "helm.sh/hook" || name == "argocd.argoproj.io/hook":
				found = append(found, fmt.Sprintf("%s has the annotation %s: Argo CD would run it at another time", id(o), name))
			}
		}
		for _, needed := range objects {
			switch {
			case needs(o, needed) && wave(needed) > wave(o):
				found = append(found, fmt.Sprintf("%s in wave %d is needed by %s in wave %d", id(needed), wave(needed), id(o), wave(o)))
			case follows(o, needed) && wave(o) <= wave(needed):
				found = append(found, fmt.Sprintf("%s in wave %d must be after %s in wave %d", id(o), wave(o), id(needed), wave(needed)))
			}
		}
	}
	return found
}

// follows tells whether an object may be applied only when another one is healthy.
func follows(o, before *unstructured.Unstructured) bool {
	if before.GetKind() == "CustomResourceDefinition" {
		group, _, _ := unstructured.NestedString(before.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(before.Object, "spec", "names", "kind")
		return o.GroupVersionKind().Group == group && o.GetKind() == kind
	}
	if o.GetNamespace() != before.GetNamespace() || part(o) == "" || part(before) == "" {
		return false
	}
	order := map[string]int{"Cluster": 1, "Job migration": 2, "Deployment api": 3, "Job caches": 4}
	first, later := order[role(before)], order[role(o)]
	return first > 0 && first < later
}

// role is what an object does in a cache.
func role(o *unstructured.Unstructured) string {
	if o.GroupVersionKind().Group == "postgresql.cnpg.io" {
		return o.GetKind()
	}
	return o.GetKind() + " " + o.GetLabels()["app.kubernetes.io/component"]
}

func part(o *unstructured.Unstructured) string { return o.GetLabels()["app.kubernetes.io/part-of"] }

// needs tells whether one object refers to another, or must not be without it.
func needs(o, other *unstructured.Unstructured) bool {
	if other.GetKind() == "Namespace" {
		return o.GetNamespace() == other.GetName()
	}
	path := []string{"spec", "template"}
	if o.GetKind() == "CronJob" {
		path = []string{"spec", "jobTemplate", "spec", "template"}
	}
	template, ok, _ := unstructured.NestedMap(o.Object, path...)
	if !ok || o.GetNamespace() != other.GetNamespace() {
		return false
	}
	switch other.GetKind() {
	case "ServiceAccount":
		account, _, _ := unstructured.NestedString(template, "spec", "serviceAccountName")
		return account == other.GetName()
	case "ConfigMap":
		return refers(template, "configMap", "name", other.GetName()) || refers(template, "configMapRef", "name", other.GetName()) ||
			refers(template, "configMapKeyRef", "name", other.GetName())
	case "Secret":
		return refers(template, "secret", "secretName", other.GetName()) || refers(template, "secretRef", "name", other.GetName()) ||
			refers(template, "secretKeyRef", "name", other.GetName())
	case "PersistentVolumeClaim":
		return refers(template, "persistentVolumeClaim", "claimName", other.GetName())
	case "NetworkPolicy":
		fields, _, _ := unstructured.NestedMap(other.Object, "spec", "podSelector")
		var selector metav1.LabelSelector
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, &selector); err != nil {
			return false
		}
		matching, err := metav1.LabelSelectorAsSelector(&selector)
		pod, _, _ := unstructured.NestedStringMap(template, "metadata", "labels")
		return err == nil && matching.Matches(labels.Set(pod))
	}
	return false
}

// refers tells whether a field with a name is anywhere in a value.
func refers(value any, field, key, name string) bool {
	switch value := value.(type) {
	case map[string]any:
		if reference, ok := value[field].(map[string]any); ok && reference[key] == name {
			return true
		}
		for _, item := range value {
			if refers(item, field, key, name) {
				return true
			}
		}
	case []any:
		for _, item := range value {
			if refers(item, field, key, name) {
				return true
			}
		}
	}
	return false
}

// option is one as Argo CD's documentation writes it; kubectl's begin with a small
// letter.
var option = regexp.MustCompile(`\b([A-Z][A-Za-z]*)=[a-z]+\b`)

// unknownOptions are the sync options that Argo CD's own documentation does not
// have. It ignores those.
func unknownOptions(objects []*unstructured.Unstructured, documentation string) []string {
	known := map[string]bool{}
	for _, match := range option.FindAllStringSubmatch(documentation, -1) {
		known[match[1]] = true
	}
	var found []string
	for _, o := range objects {
		list := o.GetAnnotations()[optionsAnnotation]
		if list == "" {
			continue
		}
		for given := range strings.SplitSeq(list, ",") {
			name, value, _ := strings.Cut(given, "=")
			if !known[name] || value != "true" && value != "false" && value != "confirm" {
				found = append(found, fmt.Sprintf("%s has the sync option %s, which Argo CD does not know", id(o), given))
			}
		}
	}
	return found
}
