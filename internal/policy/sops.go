package policy

import (
	"encoding/base64"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// EncryptedBySOPS tells whether an object says of itself what every file that
// SOPS has encrypted does: when, and what its values add up to.
func EncryptedBySOPS(o manifest.Object) bool {
	return IsEncrypted(text(o.Fields, "sops", "mac")) && text(o.Fields, "sops", "lastmodified") != ""
}

// IsEncrypted tells whether text is, from its beginning to its end, a value as
// SOPS writes it: ENC[AES256_GCM,data:…,iv:…,tag:…,type:…].
func IsEncrypted(text string) bool {
	text, opens := strings.CutPrefix(text, "ENC[AES256_GCM,")
	text, closes := strings.CutSuffix(text, "]")
	parts := strings.Split(text, ",")
	if !opens || !closes || len(parts) != 4 {
		return false
	}
	for i, name := range []string{"data:", "iv:", "tag:"} {
		encoded, named := strings.CutPrefix(parts[i], name)
		if _, err := base64.StdEncoding.DecodeString(encoded); !named || err != nil || encoded == "" {
			return false
		}
	}
	of, named := strings.CutPrefix(parts[3], "type:")
	return named && slices.Contains([]string{"str", "int", "float", "bool", "bytes", "comment"}, of)
}
