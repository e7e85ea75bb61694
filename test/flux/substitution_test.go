package flux

import (
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// testSubstitution: where somebody substitutes variables all the same, texts that
// look like one stay what they are.
func (f *flux) testSubstitution(t *testing.T) {
	const (
		annotation = "example.com/not-a-variable"
		protection = "    kustomize.toolkit.fluxcd.io/substitute: disabled\n"
		protected  = "environments/only/database/namespace-null.yaml"
	)
	r := repository{dir: t.TempDir()}
	r.copy(t, rendered.Root()+"/golden/awkward-text/want")
	s := f.stages(t, "flux-substitution", "only")
	set(t, s.database, map[string]any{"HOME": "changed", "x": "changed"}, "spec", "postBuild", "substitute")
	set(t, s.cache, map[string]any{"HOME": "changed", "x": "changed"}, "spec", "postBuild", "substitute")
	f.applied(t, s, r)
	seen := 0
	for _, o := range rendered.Build(t, r.path("environments/only")) {
		want, ok := o.GetAnnotations()[annotation]
		if !ok || !strings.Contains(want, "${HOME}") {
			continue
		}
		seen++
		if got := f.get(t, o).GetAnnotations()[annotation]; got != want {
			t.Errorf("%s %s has %q, not %q", o.GetKind(), o.GetName(), got, want)
		}
	}
	if seen < 10 {
		t.Errorf("only %d objects have a text that looks like a variable", seen)
	}

	// Without what protects it, the text is changed.
	r.replace(t, protected, protection, "")
	f.awaitReady(t, s.database, s.publish(t, r.dir))
	if got := f.get(t, object("v1", "Namespace", "", "null")).GetAnnotations()[annotation]; !strings.Contains(got, "changed") {
		t.Errorf("nothing was substituted in %q", got)
	}
}
