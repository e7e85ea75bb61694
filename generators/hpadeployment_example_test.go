package generators_test

import (
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// A service of any kind, with the reference's numbers.
func ExampleGenerate_hpaDeployment() {
	objects, err := generators.Generate(&v1alpha1.HPADeployment{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindHPADeployment,
		Metadata:   v1alpha1.Metadata{Name: "my-service", Namespace: "my-namespace"},
		Spec: v1alpha1.HPADeploymentSpec{
			Image:   "my-image:1.2.3",
			Ingress: &v1alpha1.ServiceIngress{Host: "my-service.example.com"},
			Scaling: v1alpha1.Scaling{MaxReplicas: new(int32(6))},
		},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range objects {
		fmt.Println(o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
		if h, ok := o.(*autoscalingv2.HorizontalPodAutoscaler); ok {
			fmt.Println("  from", *h.Spec.MinReplicas, "to", h.Spec.MaxReplicas)
		}
	}
	// Output:
	// Namespace my-namespace
	// NetworkPolicy my-service-default-deny
	// NetworkPolicy my-service-allow-dns
	// NetworkPolicy my-service
	// NetworkPolicy my-service-acme-solver
	// ServiceAccount my-service
	// Deployment my-service
	// Service my-service
	// HorizontalPodAutoscaler my-service
	//   from 2 to 6
	// PodDisruptionBudget my-service
	// Ingress my-service
}
