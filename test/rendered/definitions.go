package rendered

import (
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/test/crds"
)

// Definitions are those of custom resources among objects.
func Definitions(t testing.TB, objects []*unstructured.Unstructured) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			continue
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &definition); err != nil {
			t.Fatalf("%s: %v", object.GetName(), err)
		}
		all = append(all, &definition)
	}
	return all
}

// WithoutDefinition are kinds that no API server here can know, and why.
func WithoutDefinition() map[schema.GroupKind]string {
	return map[schema.GroupKind]string{
		{Group: "serving.example.com", Kind: "Service"}: "made up for the case other-objects",
	}
}

// Undefined says why objects of a kind are left out of a test; it says nothing of
// kinds that are not to be.
func Undefined(kind schema.GroupKind) (reason string) {
	if reason := WithoutDefinition()[kind]; reason != "" {
		return reason
	}
	if crds.Missing(kind.Group) {
		return "shared/crds, which has its definition, is not there"
	}
	return ""
}
