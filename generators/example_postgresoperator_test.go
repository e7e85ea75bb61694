package generators_test

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// Where Flux installs the chart, nothing has to be handed over but the spec.
func ExampleGenerate_postgresOperator() {
	objects, err := generators.Generate(&v1alpha1.PostgresOperator{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindPostgresOperator,
		Metadata:   v1alpha1.Metadata{Name: "cloudnative-pg"},
		Spec:       v1alpha1.PostgresOperatorSpec{Release: v1alpha1.Release{Delivery: "flux"}},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range objects {
		fmt.Println(o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
	}
	// Output:
	// Namespace cnpg-system
	// HelmRepository cloudnative-pg
	// HelmRelease cloudnative-pg
	// NetworkPolicy cloudnative-pg-default-deny
	// NetworkPolicy cloudnative-pg-operator
	// NetworkPolicy cloudnative-pg-backup-plugin
	// PodDisruptionBudget cloudnative-pg
}
