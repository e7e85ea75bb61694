package validation

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/endpoints/deprecation"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
)

// typed validates an object whose type a scheme has: decoded strictly, with
// defaults, and converted to the type that validation is written for.
func typed(scheme *runtime.Scheme, rules rest.RESTCreateStrategy, data []byte, object *unstructured.Unstructured) error {
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	versioned, kind, err := codecs.UniversalDeserializer().Decode(data, nil, nil)
	if err != nil {
		return err
	}
	scheme.Default(versioned)
	internal, err := scheme.ConvertToVersion(versioned, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return err
	}
	// The version says in which release it became deprecated, if it did.
	return create(rules, object, internal, deprecation.WarningMessage(versioned))
}

// create does what the server does before it stores a new object. warned is what
// it has said of the object so far.
func create(rules rest.RESTCreateStrategy, object *unstructured.Unstructured, internal runtime.Object, warned string) error {
	metadata, err := meta.Accessor(internal)
	if err != nil {
		return err
	}
	rest.FillObjectMetaSystemFields(metadata)

	var warnings recorder
	if rules.NamespaceScoped() && metadata.GetNamespace() == "" {
		warnings = append(warnings, errors.New("metadata.namespace is missing: where it goes would be left to whoever applies it"))
		// So that what else is wrong is found, too.
		metadata.SetNamespace(metav1.NamespaceDefault)
	}
	if warned != "" {
		warnings.AddWarning("", warned)
	}
	kind := object.GroupVersionKind()
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	ctx := warning.WithWarningRecorder(context.Background(), &warnings)
	ctx = request.WithNamespace(ctx, metadata.GetNamespace())
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: "create",
		APIGroup: kind.Group, APIVersion: kind.Version, Resource: resource.Resource,
		Namespace: metadata.GetNamespace(), Name: object.GetName(),
	})
	return errors.Join(append(warnings, rest.BeforeCreate(rules, ctx, internal))...)
}

// recorder collects warnings as the errors that they are here.
type recorder []error

func (r *recorder) AddWarning(_, text string) {
	*r = append(*r, fmt.Errorf("warning: %s", text))
}
