package apply

import (
	"errors"
	"maps"
	"slices"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// Fewer would mean that most were overlooked.
const (
	fewestObjects = 1000
	fewestPods    = 100
)

// testEnvironments: each is applied without an error or a warning, applied again
// without any change, and its pods are admitted.
func (s *server) testEnvironments(t *testing.T) {
	objects, admitted := 0, 0
	for _, name := range slices.Sorted(maps.Keys(s.environments)) {
		t.Run(name, func(t *testing.T) {
			all := s.environments[name]
			defer s.withoutDefinitions(t, rendered.Definitions(t, all))()
			defer s.begin(t, prerequisites(all)...)()
			defer s.Remove(t, all...)
			applied, err := s.apply(t, all)
			if err != nil {
				t.Error(err)
			}
			if err := s.again(t, all, applied); err != nil {
				t.Error(err)
			}
			objects += len(all)
			count, err := s.checkPods(t, name, all, all)
			if err := errors.Join(err, s.unrestricted.unneeded(name)); err != nil {
				t.Error(err)
			}
			admitted += count
		})
	}
	t.Logf("applied: %d objects; admitted: %d pods", objects, admitted)
	if objects < fewestObjects || admitted < fewestPods {
		t.Error("these are too few")
	}
}

// withoutDefinitions takes those away that an environment brings along, and
// returns what puts them back.
func (s *server) withoutDefinitions(t *testing.T, own []*apiextensionsv1.CustomResourceDefinition) (end func()) {
	t.Helper()
	var away []*apiextensionsv1.CustomResourceDefinition
	for _, d := range s.definitions {
		if slices.ContainsFunc(own, func(o *apiextensionsv1.CustomResourceDefinition) bool { return o.Name == d.Name }) {
			s.Remove(t, named("apiextensions.k8s.io/v1", "CustomResourceDefinition", d.Name))
			away = append(away, d)
		}
	}
	return func() {
		if len(away) > 0 {
			s.Install(t, away)
		}
	}
}
