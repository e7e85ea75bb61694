package policy

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// EncryptDataAlone is what to do about a file of which SOPS has encrypted more
// than values.
const EncryptDataAlone = "encrypt data alone: give the rule in .sops.yaml encrypted_regex: ^(data|stringData)$ and encrypt the file again, or let atticgen secret set write it"

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

// encryptedStrings finds Secrets whose ciphertext a cluster would take for the
// value. That of data is no base64, so that it is refused.
func encryptedStrings(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		at := root(o).at("stringData")
		if o.Kind != "Secret" || o.Group != "" || !EncryptedBySOPS(o) || len(at.fields()) == 0 {
			continue
		}
		found = append(found, Finding{
			Object: o.ID, Path: at.path,
			Message: fmt.Sprintf("is encrypted by SOPS (%d in all): a controller that is not told to decrypt it makes a Secret of ciphertext, and says nothing", len(at.fields())),
			Hint:    "write the values under data, each in base64: there, ciphertext is refused",
		})
	}
	return found
}
