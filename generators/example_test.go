package generators_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
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

// A TokenSet becomes a plan of its tokens, in the form of Attic's claims.
func ExampleGenerate_tokenSet() {
	objects, err := generators.Generate(&v1alpha1.TokenSet{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindTokenSet,
		Metadata:   v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"},
		Spec: v1alpha1.TokenSetKindSpec{TokenSetSpec: v1alpha1.TokenSetSpec{
			Tokens: map[string]v1alpha1.Token{
				"gitlab-myrepo": {Type: tokenset.ReadWrite, Caches: map[string]v1alpha1.TokenCache{"main": {}}},
			},
		}},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := objects[0].(*corev1.ConfigMap)
	fmt.Print(plan.Name, " ", plan.Data[tokenset.PlanFile])
	// Output:
	// attic-tokens {
	//   "tokens": {
	//     "gitlab-myrepo": {
	//       "type": "read-write",
	//       "claims": {
	//         "caches": {
	//           "main": {
	//             "r": 1,
	//             "w": 1
	//           }
	//         }
	//       },
	//       "validitySeconds": 7776000,
	//       "rotateBeforeSeconds": 1209600,
	//       "rotation": "scheduled",
	//       "secret": "attic-ci-tokens"
	//     }
	//   }
	// }
}
