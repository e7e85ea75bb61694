// Package policy checks rendered objects for what must never reach an
// environment, whichever way they came about: from a spec, a patch or a file
// that an overlay adds.
package policy

import (
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Check reports an empty environment, objects that stand twice, caches that get in
// each other's way or in that of CloudNativePG, specs that were not expanded,
// Secrets in plain text and pods that their namespace refuses; and it warns about
// objects without a namespace, images that can change and databases that pods
// cannot reach. The source is what the objects were rendered from.
func Check(source string, objects []manifest.Object) diag.List {
	if len(objects) == 0 {
		d := diag.New(source, "renders no objects")
		d.Hint = "name at least one cache under generators; an empty environment would delete everything"
		return diag.List{d}
	}
	list := Repeated(source, objects)
	list = append(list, sharedBackups(source, objects)...)
	list = append(list, sharedBuckets(source, objects)...)
	list = append(list, sharedHosts(source, objects)...)
	list = append(list, mixedBuckets(source, objects)...)
	list = append(list, refusedPods(source, objects)...)
	list = append(list, takenByOperator(source, objects)...)
	list = append(list, unreachableDatabases(source, objects)...)
	for _, o := range objects {
		if o.Group == manifest.Group(v1alpha1.APIVersion) {
			list = append(list, unexpanded(source, o))
		}
		if d, ok := plainSecret(source, o); ok {
			list = append(list, d)
		}
		list = append(list, homeless(source, o)...)
		list = append(list, unpinned(source, o)...)
	}
	return list
}

// unexpanded is about an object that no cluster knows.
func unexpanded(source string, o manifest.Object) diag.Diagnostic {
	d := diag.New(source, "renders %s, a spec, as it is", o.ID)
	d.Hint = "name it under generators instead of resources"
	return d
}

// plainSecret finds Secrets whose values anyone who can read the repository can
// read. SOPS leaves its own block beside the values that it has encrypted.
func plainSecret(source string, o manifest.Object) (diag.Diagnostic, bool) {
	if o.Kind != "Secret" || o.Group != "" {
		return diag.Diagnostic{}, false
	}
	_, sops := o.Fields["sops"].(map[string]any)
	for _, field := range []string{"data", "stringData"} {
		values, _ := o.Fields[field].(map[string]any)
		plain := 0
		for _, value := range values {
			if text, _ := value.(string); !sops || text != "" && !strings.HasPrefix(text, "ENC[") {
				plain++
			}
		}
		if plain > 0 {
			d := diag.New(source, "renders %s with %s in plain text (%d in all)", o.ID, field, plain)
			d.Hint = "encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values"
			return d, true
		}
	}
	return diag.Diagnostic{}, false
}
