package generators_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

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
