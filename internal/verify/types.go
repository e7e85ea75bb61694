package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	barmanv1 "github.com/cloudnative-pg/plugin-barman-cloud/api/v1"
	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	kubernetesscheme "k8s.io/client-go/kubernetes/scheme"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// types are the Go types of kinds, made when they are needed: the function, which
// has to start fast, needs none.
type types struct {
	scheme *runtime.Scheme
	// own are the API groups that Kubernetes itself serves.
	own map[string]bool
}

func newTypes() (types, error) {
	t := types{scheme: runtime.NewScheme(), own: map[string]bool{}}
	for _, add := range []func(*runtime.Scheme) error{
		kubernetesscheme.AddToScheme,
		apiextensionsv1.AddToScheme,
		apiextensionsv1beta1.AddToScheme,
	} {
		if err := add(t.scheme); err != nil {
			return types{}, fmt.Errorf("the types of Kubernetes: %w", err)
		}
	}
	for _, gv := range t.scheme.PreferredVersionAllGroups() {
		t.own[gv.Group] = true
	}
	for kind := range untyped() {
		t.own[kind.Group] = true
	}
	t.own["metrics.k8s.io"] = true // which only reports, so that nothing can be applied
	for _, add := range []func(*runtime.Scheme) error{
		cnpgv1.AddToScheme,
		monitoringv1.AddToScheme,
		helmv2.AddToScheme,
		sourcev1.AddToScheme,
	} {
		if err := add(t.scheme); err != nil {
			return types{}, fmt.Errorf("the types of custom resources: %w", err)
		}
	}
	barmanv1.AddKnownTypes(t.scheme)
	return t, nil
}

// kindOf is an object's kind with its version.
func kindOf(o manifest.Object) schema.GroupVersionKind {
	apiVersion, _ := o.Fields["apiVersion"].(string)
	return schema.FromAPIVersionAndKind(apiVersion, o.Kind)
}

// of is an empty value of a kind's type; false when no type is known.
func (t types) of(kind schema.GroupVersionKind) (runtime.Object, bool) {
	if strings.HasSuffix(kind.Kind, "List") || kind.Version == runtime.APIVersionInternal {
		return nil, false
	}
	object, err := t.scheme.New(kind)
	return object, err == nil
}

// versionsOf are the versions in which a kind is known, newest first.
func (t types) versionsOf(group, kind string) []string {
	var versions []string
	for known := range untyped() {
		if known.Group == group && known.Kind == kind {
			versions = append(versions, known.Version)
		}
	}
	for known := range t.scheme.AllKnownTypes() {
		if known.Group == group && known.Kind == kind && known.Version != runtime.APIVersionInternal {
			versions = append(versions, known.Version)
		}
	}
	slices.SortFunc(versions, func(a, b string) int {
		return cmp.Or(version.CompareKubeAwareVersionStrings(b, a), strings.Compare(a, b))
	})
	return versions
}

// kindsOf are the kinds of a version of an API group, sorted.
func (t types) kindsOf(gv schema.GroupVersion) []string {
	var kinds []string
	for kind := range t.scheme.KnownTypes(gv) {
		if !strings.HasSuffix(kind, "List") && !strings.HasSuffix(kind, "Options") && kind != "WatchEvent" {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}
