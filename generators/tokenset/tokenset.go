// Package tokenset turns the spec of the tokens for an Attic cache into the plan
// that issuing and rotating them follow: who may do what, for how long. The
// tokens themselves are secret and never part of it.
package tokenset

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

const (
	// RootName is the name of the root token.
	RootName = "root"
	// PlanFile is the key of the plan in its ConfigMap.
	PlanFile = "tokens.json"

	app = "attic-tokens"
)

// Generate turns a spec into typed objects. The spec is not modified. With errors
// among the problems there are no objects.
func Generate(spec v1alpha1.TokenSet) ([]meta.Object, []validate.Problem) {
	return validate.Generated(Default(spec), Validate, func(full v1alpha1.TokenSet) []meta.Object {
		names := naming.Set{Name: full.Metadata.Name, Namespace: full.Metadata.Namespace}
		scope := placement.Scope(full.Metadata, shared(full.Spec))
		return append(secrets.Objects(secrets.Options{App: app, Scope: scope, Spec: *full.Spec.Secrets, Needed: NeededSecrets(full)}),
			Objects(names, scope, full.Spec.TokenSetSpec, *full.Spec.Secrets)...)
	})
}

// shared is the part of the spec that all kinds have. The namespace is that of
// the cache, and made with it.
func shared(s v1alpha1.TokenSetKindSpec) v1alpha1.Placement {
	return v1alpha1.Placement{Namespace: &v1alpha1.Namespace{Create: new(false)}, Labels: s.Labels, Annotations: s.Annotations}
}

// Objects are those of a defaulted and checked spec. What gets the tokens into the
// cluster is not among them: whoever else needs Secrets has it for all of them.
func Objects(names naming.Set, scope meta.Scope, s v1alpha1.TokenSetSpec, kept v1alpha1.Secrets) []meta.Object {
	return []meta.Object{&corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		// The name stays when the plan changes: no pod has to start anew for it.
		ObjectMeta: scope.Object(meta.Of{Name: names.Tokens(), App: app, Component: "tokens", Wave: meta.WaveServing}),
		Data:       map[string]string{PlanFile: PlanOf(names, s).keptIn(kept).text()},
	}}
}
