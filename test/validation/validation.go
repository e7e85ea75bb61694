// Package validation asks the code of Kubernetes' API server whether it would take
// an object, without a server: strict decoding, defaults, the validation of each
// kind, and for custom resources what their definitions say.
package validation

import (
	"errors"
	"fmt"

	apiextensionsinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"sigs.k8s.io/yaml"
)

// ErrNoValidator means that nothing here knows the kind of an object.
var ErrNoValidator = errors.New("there is no validator for this kind")

// Validator knows the kinds that Kubernetes has built in and those of some
// definitions.
type Validator struct {
	builtIn map[schema.GroupKind]rest.RESTCreateStrategy
	// definitions is the scheme for definitions themselves, which are no part of
	// Kubernetes' own.
	definitions *runtime.Scheme
	custom      map[schema.GroupKind]*custom
}

// New is a Validator that knows custom resources by their definitions. Of two for
// the same kind the later one counts.
func New(definitions ...*apiextensionsv1.CustomResourceDefinition) *Validator {
	v := &Validator{builtIn: builtIn(), definitions: runtime.NewScheme(), custom: map[schema.GroupKind]*custom{}}
	apiextensionsinstall.Install(v.definitions)
	for _, d := range definitions {
		v.custom[schema.GroupKind{Group: d.Spec.Group, Kind: d.Spec.Names.Kind}] = newCustom(d)
	}
	return v
}

// Validate returns what is wrong with the one object in a YAML document. What the
// server would only warn of counts, too.
func (v *Validator) Validate(data []byte) error {
	document, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(document); err != nil {
		return err
	}
	if err := v.validate(data, &object); err != nil {
		return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return nil
}

func (v *Validator) validate(data []byte, object *unstructured.Unstructured) error {
	kind := object.GroupVersionKind().GroupKind()
	if rules, ok := v.builtIn[kind]; ok {
		return typed(legacyscheme.Scheme, rules, data, object)
	}
	if kind == definitionKind {
		return typed(v.definitions, definitionRules(v.definitions), data, object)
	}
	if c, ok := v.custom[kind]; ok {
		return c.validate(object)
	}
	return fmt.Errorf("%s: %w", object.GetAPIVersion(), ErrNoValidator)
}
