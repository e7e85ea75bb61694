package verify

import (
	"regexp"
	"sync"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// isEncrypted tells whether SOPS has encrypted a Secret: not by a field that
// anybody can write, but by a code that vouches for the whole and by values that
// are all ciphertext.
func isEncrypted(o manifest.Object) bool {
	if o.Fields["apiVersion"] != "v1" || o.Kind != "Secret" {
		return false
	}
	sops, _ := o.Fields["sops"].(map[string]any)
	mac, _ := sops["mac"].(string)
	modified, _ := sops["lastmodified"].(string)
	if !ciphertext().MatchString(mac) || modified == "" {
		return false
	}
	found := false
	for _, field := range []string{"data", "stringData"} {
		values, isMap := o.Fields[field].(map[string]any)
		if !isMap && o.Fields[field] != nil {
			return false
		}
		for _, value := range values {
			text, isText := value.(string)
			switch {
			case isText && ciphertext().MatchString(text):
				found = true
			case isText && text == "": // which SOPS leaves as it is
			default:
				return false
			}
		}
	}
	return found
}

// ciphertext is a whole value as SOPS writes it.
var ciphertext = sync.OnceValue(func() *regexp.Regexp {
	const base64 = `[A-Za-z0-9+/]*={0,2}`
	return regexp.MustCompile(`^ENC\[AES256_GCM,data:` + base64 + `,iv:` + base64 + `,tag:` + base64 + `,type:[a-z]+\]$`)
})

// readable are the fields of an encrypted Secret that have the types of its kind.
func readable(fields map[string]any) map[string]any {
	rest := map[string]any{}
	for key, value := range fields {
		text, isText := value.(string)
		if key == "sops" || key == "data" || isText && ciphertext().MatchString(text) {
			continue
		}
		rest[key] = value
	}
	return rest
}
