package flux

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

func TestMain(m *testing.M) {
	// These tests wait for others to work: more of them at once than there are
	// processors need no longer.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	m.Run()
	testbin.Cleanup()
}

// TestFlux runs all of the tests against one cluster. The first one is the first
// to give it nodes; the others have environments of their own.
func TestFlux(t *testing.T) {
	c := cluster.New(t, cluster.ServiceAccounts)
	c.Install(t, definitions(t))
	c.Controllers(t)
	f := start(t, c)

	staging := f.stages(t, "flux-system", "staging")
	if !t.Run("order", func(t *testing.T) { f.testOrder(t, staging) }) {
		return
	}
	for name, test := range map[string]func(*testing.T){
		"drift":           func(t *testing.T) { f.testDrift(t, staging) },
		"change":          f.testChange,
		"kept":            f.testKept,
		"secret":          f.testSecret,
		"wrong key":       f.testWrongKey,
		"no key":          f.testNoKey,
		"no key for text": f.testNoKeyForText,
		"substitution":    f.testSubstitution,
		"stray file":      f.testStrayFile,
		"broken":          f.testBroken,
		"unhealthy":       f.testUnhealthy,
		"failed job":      f.testFailedJob,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// definitions are Flux's own and those of what is rendered here. There are many
// more, and each costs time.
func definitions(t *testing.T) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	groups := map[string]bool{"source.toolkit.fluxcd.io": true, "kustomize.toolkit.fluxcd.io": true}
	for _, environment := range []string{"environments/staging", "golden/awkward-text/want/environments/only"} {
		for _, o := range rendered.Build(t, filepath.Join(rendered.Root(), filepath.FromSlash(environment))) {
			groups[o.GroupVersionKind().Group] = true
		}
	}
	return slices.DeleteFunc(crds.All(t), func(d *apiextensionsv1.CustomResourceDefinition) bool { return !groups[d.Spec.Group] })
}
