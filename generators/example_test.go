package generators_test

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// A program hands over a spec and gets typed objects.
func ExampleGenerate() {
	objects, err := generators.Generate(&v1alpha1.AtticCache{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindAtticCache,
		Metadata:   v1alpha1.Metadata{Name: "attic"},
		Spec: v1alpha1.AtticCacheSpec{
			Hostname: "nix-cache.example.com",
			Storage:  v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "nix-cache"},
			API:      &v1alpha1.API{Scaling: v1alpha1.Scaling{MaxReplicas: new(int32(4))}},
		},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range objects {
		switch kind := o.GetObjectKind().GroupVersionKind().Kind; kind {
		case "Namespace", "Deployment", "Cluster", "HorizontalPodAutoscaler", "Ingress":
			fmt.Println(kind, o.GetName())
		}
	}
	// Output:
	// Namespace nix-cache
	// Cluster attic-pg
	// Deployment attic
	// HorizontalPodAutoscaler attic
	// Deployment attic-gc
	// Ingress attic
}

// Each kind works alone, with the fields that it has inside a cache.
func ExampleGenerate_objectStore() {
	objects, err := generators.Generate(&v1alpha1.ObjectStore{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindObjectStore,
		Metadata:   v1alpha1.Metadata{Name: "my-cache", Namespace: "my-cache"},
		Spec: v1alpha1.ObjectStoreKindSpec{ObjectStoreSpec: v1alpha1.ObjectStoreSpec{
			Endpoint: "https://objectstore.nyc1.civo.com", Region: "NYC1", Bucket: "my-cache", MaxSize: "500G",
			Provisioning: &v1alpha1.BucketProvisioning{Mode: "job", Job: &v1alpha1.BucketJob{Image: "registry.example.com/atticgen:v0.1.0"}},
		}},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range objects {
		fmt.Println(o.GetObjectKind().GroupVersionKind().Kind)
	}
	// Output:
	// Namespace
	// NetworkPolicy
	// NetworkPolicy
	// ServiceAccount
	// NetworkPolicy
	// ConfigMap
	// Job
}

// Everything that is wrong with a spec is reported at once.
func ExampleGenerate_wrong() {
	_, err := generators.Generate(&v1alpha1.AtticCache{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindAtticCache,
		Metadata:   v1alpha1.Metadata{Name: "attic"},
		Spec: v1alpha1.AtticCacheSpec{
			Hostname: "nix-cache.example.com",
			Image:    "heywoodlh/attic:latest",
			Storage:  v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "Nix_Cache"},
			API:      &v1alpha1.API{Scaling: v1alpha1.Scaling{MaxReplicas: new(int32(4))}},
		},
	}, generators.Inputs{})
	fmt.Println(err)
	// Output:
	// spec.image: has the tag "latest", which can move to another image; pin it by digest (name@sha256:… with 64 hexadecimal digits), commit hash (name:12cbeca1…) or exact version (name:1.2.3)
	// spec.storage.bucket: is "Nix_Cache", which is not a bucket name; use 3 to 63 lower-case letters, digits, hyphens and single dots, starting and ending with a letter or digit, not an address
}
