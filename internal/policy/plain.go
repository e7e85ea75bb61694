package policy

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// empty is about an environment without objects.
func empty(in Input) []Finding {
	if len(in.Objects) > 0 {
		return nil
	}
	return []Finding{{
		Message:  "has no objects",
		Hint:     "name at least one cache under generators; an empty environment would delete everything",
		Rendered: "renders no objects",
	}}
}

// unexpanded finds objects that no cluster knows.
func unexpanded(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		if o.Group == manifest.Group(v1alpha1.APIVersion) {
			found = append(found, Finding{
				Object:   o.ID,
				Path:     []string{"kind"},
				Message:  "is that of a spec, which no cluster knows",
				Hint:     "name it under generators instead of resources",
				Rendered: fmt.Sprintf("renders %s, a spec, as it is", o.ID),
			})
		}
	}
	return found
}

// plainSecrets finds Secrets whose values anyone who can read the repository can
// read.
func plainSecrets(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		if o.Kind == "Secret" && o.Group == "" {
			found = append(found, plainSecret(o)...)
		}
	}
	return found
}

// plainSecret is about one Secret. SOPS leaves its own block beside the values
// that it has encrypted, and empty ones as they are.
func plainSecret(o manifest.Object) []Finding {
	sops := EncryptedBySOPS(o)
	for _, field := range []string{"data", "stringData"} {
		values, _ := o.Fields[field].(map[string]any)
		plain := 0
		for _, value := range values {
			if text, _ := value.(string); !sops || value != "" && !IsEncrypted(text) {
				plain++
			}
		}
		if plain > 0 {
			return []Finding{{
				Object:   o.ID,
				Path:     []string{field},
				Message:  fmt.Sprintf("is in plain text (%d in all)", plain),
				Hint:     "encrypt it with SOPS, or use a SealedSecret or an ExternalSecret; if a chart makes it, name an existing Secret in the chart's values",
				Rendered: fmt.Sprintf("renders %s with %s in plain text (%d in all)", o.ID, field, plain),
			}}
		}
	}
	return nil
}
