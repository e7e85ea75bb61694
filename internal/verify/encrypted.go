package verify

import (
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// isEncrypted tells whether SOPS has encrypted a Secret: not by a field that
// anybody can write, but by a code that vouches for the whole and by values that
// are all ciphertext.
func isEncrypted(o manifest.Object) bool {
	if o.Fields["apiVersion"] != "v1" || o.Kind != "Secret" || !policy.EncryptedBySOPS(o) {
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
			case isText && policy.IsEncrypted(text):
				found = true
			case isText && text == "": // which SOPS leaves as it is
			default:
				return false
			}
		}
	}
	return found
}

// readable are the fields of an encrypted Secret that have the types of its kind.
func readable(fields map[string]any) map[string]any {
	rest := map[string]any{}
	for key, value := range fields {
		text, isText := value.(string)
		if key == "sops" || key == "data" || isText && policy.IsEncrypted(text) {
			continue
		}
		rest[key] = value
	}
	return rest
}
