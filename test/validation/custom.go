package validation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/rest"
)

// custom is a kind of custom resources. What is made of a version's schema is kept:
// rules in CEL are slow to compile.
type custom struct {
	definition *apiextensionsv1.CustomResourceDefinition
	versions   map[string]*customVersion
}

type customVersion struct {
	schema *structuralschema.Structural
	rules  rest.RESTCreateStrategy
	warned string
}

func newCustom(definition *apiextensionsv1.CustomResourceDefinition) *custom {
	return &custom{definition: definition, versions: map[string]*customVersion{}}
}

func (c *custom) validate(object *unstructured.Unstructured) error {
	version, err := c.version(object)
	if err != nil {
		return err
	}
	object = object.DeepCopy()
	if err := version.decode(object); err != nil {
		return err
	}
	return create(version.rules, object, object, version.warned)
}

func (c *custom) version(object *unstructured.Unstructured) (*customVersion, error) {
	name := object.GroupVersionKind().Version
	if v, ok := c.versions[name]; ok {
		return v, nil
	}
	spec := c.definition.Spec
	i := slices.IndexFunc(spec.Versions, func(v apiextensionsv1.CustomResourceDefinitionVersion) bool { return v.Name == name && v.Served })
	if i < 0 {
		return nil, fmt.Errorf("%s is not served", object.GetAPIVersion())
	}
	v, err := compile(object, spec.Versions[i], spec.Scope)
	if err != nil {
		return nil, err
	}
	c.versions[name] = v
	return v, nil
}

func compile(object *unstructured.Unstructured, version apiextensionsv1.CustomResourceDefinitionVersion, scope apiextensionsv1.ResourceScope) (*customVersion, error) {
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &props, nil); err != nil {
		return nil, err
	}
	structural, err := structuralschema.NewStructural(&props)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return nil, err
	}
	v := &customVersion{schema: structural}
	v.rules = customresource.NewStrategy(
		unstructuredscheme.NewUnstructuredObjectTyper(), scope == apiextensionsv1.NamespaceScoped, object.GroupVersionKind(),
		validator, nil, structural, nil, nil, version.SelectableFields)
	if version.Deprecated {
		v.warned = object.GetAPIVersion() + " is deprecated"
	}
	return v, nil
}

// decode does what strict decoding does for types in Go: fields that are not in
// the schema are errors. Then it fills in the defaults.
func (v *customVersion) decode(object *unstructured.Unstructured) error {
	_, _, unknown, err := objectmeta.GetObjectMetaWithOptions(object.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return err
	}
	unknown = append(unknown, pruning.PruneWithOptions(object.Object, v.schema, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
	// The root's metadata is no embedded object, and its schema does not name it.
	wrong, paths := objectmeta.CoerceWithOptions(field.NewPath(""), object.Object, v.schema, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if wrong != nil {
		return wrong
	}
	if unknown = append(unknown, paths...); len(unknown) > 0 {
		slices.Sort(unknown)
		return errors.New("strict decoding error: unknown fields " + strings.Join(unknown, ", "))
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, v.schema)
	defaulting.Default(object.Object, v.schema)
	return nil
}
