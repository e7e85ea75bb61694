package helmchart

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// warnSecrets warns of values that are likely to be secret and that a controller
// gets in a manifest, in plain text. What they are is not repeated.
func warnSecrets(p *validate.Problems, path *field.Path, value any, name string) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			warnSecrets(p, path.Child(key), v[key], key)
		}
	case []any:
		for i, item := range v {
			warnSecrets(p, path.Index(i), item, name)
		}
	case string:
		const hint = "have the chart take it from a Secret: most have a value such as existingSecret for its name"
		switch {
		case hasCredentials(v):
			p.Warn(path, "is a URL with credentials, which are written into a manifest in plain text", hint)
		case v != "" && validate.SoundsSecret(name):
			p.Warn(path, fmt.Sprintf("sounds secret by its name %s, and is written into a manifest in plain text", validate.Quote(name)), hint)
		}
	}
}

// hasCredentials tells whether text is a URL with a password in it.
func hasCredentials(text string) bool {
	if !strings.Contains(text, "://") {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return false
	}
	_, set := u.User.Password()
	return set
}
