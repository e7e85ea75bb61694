package apply

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// oneWay are ways from one environment to another that are refused, and what is
// said then.
var oneWay = map[[2]string][]string{
	{"environments/production", "environments/staging"}:        {smaller, withoutLog},
	{"golden/production/production", "golden/staging/staging"}: {smaller, withoutLog},
}

const (
	smaller    = "CloudNativePG refuses Cluster nix-cache/attic-pg: spec.storage shrinks from 10Gi to 5Gi"
	withoutLog = "CloudNativePG refuses Cluster nix-cache/attic-pg: spec.walStorage is taken away"
)

// refusedByOperator are changes of Clusters that CloudNativePG's webhook refuses,
// which does not run here. Of its rules these are the ones that a change of a spec
// can come up against.
func refusedByOperator(old, next []*unstructured.Unstructured) error {
	var wrong []error
	for _, object := range next {
		i := index(old, object)
		if i < 0 || object.GetKind() != cnpgv1.ClusterKind || !strings.HasPrefix(object.GetAPIVersion(), cnpgv1.SchemeGroupVersion.Group+"/") {
			continue
		}
		var was, is cnpgv1.Cluster
		failed := errors.Join(
			runtime.DefaultUnstructuredConverter.FromUnstructured(old[i].DeepCopy().Object, &was),
			runtime.DefaultUnstructuredConverter.FromUnstructured(object.DeepCopy().Object, &is))
		for _, err := range append(refusedCluster(&was, &is), failed) {
			if err != nil {
				wrong = append(wrong, fmt.Errorf("CloudNativePG refuses %s: %w", id(object), err))
			}
		}
	}
	return errors.Join(wrong...)
}

func refusedCluster(was, is *cnpgv1.Cluster) []error {
	wrong := []error{shrinks("spec.storage", was.Spec.StorageConfiguration, is.Spec.StorageConfiguration)}
	switch {
	case was.Spec.WalStorage == nil:
	case is.Spec.WalStorage == nil:
		wrong = append(wrong, errors.New("spec.walStorage is taken away"))
	default:
		wrong = append(wrong, shrinks("spec.walStorage", *was.Spec.WalStorage, *is.Spec.WalStorage))
	}
	before, errBefore := was.GetPostgresqlMajorVersion()
	after, errAfter := is.GetPostgresqlMajorVersion()
	if errBefore == nil && errAfter == nil && after < before {
		wrong = append(wrong, fmt.Errorf("PostgreSQL goes back from %d to %d", before, after))
	}
	return wrong
}

func shrinks(field string, was, is cnpgv1.StorageConfiguration) error {
	before, errBefore := resource.ParseQuantity(was.Size)
	after, errAfter := resource.ParseQuantity(is.Size)
	if errBefore == nil && errAfter == nil && after.Cmp(before) < 0 {
		return fmt.Errorf("%s shrinks from %s to %s", field, was.Size, is.Size)
	}
	return nil
}

// TestRefusedByOperator: what the webhook refuses, and what it takes.
func TestRefusedByOperator(t *testing.T) {
	t.Parallel()
	cluster := func(spec map[string]any) []*unstructured.Unstructured {
		object := named("postgresql.cnpg.io/v1", "Cluster", "attic-pg")
		object.SetNamespace("nix-cache")
		object.Object["spec"] = spec
		return []*unstructured.Unstructured{object}
	}
	size := func(text string) map[string]any { return map[string]any{"size": text} }
	for _, tt := range []struct {
		name    string
		was, is map[string]any
		want    string
	}{
		{"storage shrinks", map[string]any{"storage": size("20Gi")}, map[string]any{"storage": size("10240Mi")}, "CloudNativePG refuses Cluster nix-cache/attic-pg: spec.storage shrinks from 20Gi to 10240Mi"},
		{"storage grows", map[string]any{"storage": size("10Gi")}, map[string]any{"storage": size("20Gi")}, ""},
		{"log's storage shrinks", map[string]any{"walStorage": size("2Gi")}, map[string]any{"walStorage": size("1Gi")}, "spec.walStorage shrinks from 2Gi to 1Gi"},
		{"log's storage is taken away", map[string]any{"walStorage": size("2Gi")}, map[string]any{}, "spec.walStorage is taken away"},
		{"log's storage is new", map[string]any{}, map[string]any{"walStorage": size("2Gi")}, ""},
		{"older PostgreSQL", map[string]any{"imageName": "postgresql:18.6"}, map[string]any{"imageName": "postgresql:17.6"}, "PostgreSQL goes back from 18 to 17"},
		{"newer PostgreSQL", map[string]any{"imageName": "postgresql:17.6"}, map[string]any{"imageName": "postgresql:18.6"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			switch err := refusedByOperator(cluster(tt.was), cluster(tt.is)); {
			case tt.want != "":
				wants(t, err, tt.want)
			case err != nil:
				t.Error(err)
			}
		})
	}
}

// TestOnlyRefused: what is to be refused excuses nothing else.
func TestOnlyRefused(t *testing.T) {
	t.Parallel()
	if err := onlyRefused(errors.New("a shrinks\nb shrinks"), []string{"a shrinks", "b shrinks"}); err != nil {
		t.Error(err)
	}
	wants(t, onlyRefused(nil, []string{"a shrinks"}), "this is to be refused, a shrinks, and is not")
	wants(t, onlyRefused(errors.New("a shrinks"), []string{"a shrinks", "b shrinks"}), "this is to be refused, b shrinks, and is not")
	wants(t, onlyRefused(errors.New("a shrinks\nJob b: its name has not changed"), []string{"a shrinks"}), "but also: Job b: its name has not changed")
}
