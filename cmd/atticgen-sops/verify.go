package main

import (
	"fmt"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
)

// readable tells whether what has been encrypted can be decrypted.
func readable(document, key []byte) error {
	tree, err := store().LoadEncryptedFile(document)
	if err != nil || len(tree.Branches) != 1 {
		return fmt.Errorf("SOPS does not understand what it has written; nothing is lost, because that is not kept")
	}
	return decrypt(&tree, key, aes.NewCipher())
}

// onlyData tells whether all of data is encrypted, and nothing else: the rest is
// what Kubernetes, Flux and reviewers read.
func onlyData(b sops.TreeBranch) error {
	const instead = "; remove its encrypted_regex, unencrypted_regex, encrypted_suffix, unencrypted_suffix and those for comments, or write encrypted_regex: " + encryptedByDefault
	for _, item := range b {
		key, ok := item.Key.(string)
		switch {
		case !ok:
		case key != "data":
			if path := encryptedIn(key, item.Value); path != "" {
				return fmt.Errorf("the rule of SOPS for this file encrypts %s, which must be read without a key%s", path, instead)
			}
		default:
			data, _ := item.Value.(sops.TreeBranch)
			for _, entry := range data {
				name, ok := entry.Key.(string)
				if text, _ := entry.Value.(string); ok && text != "" && !isEncrypted(text) {
					return fmt.Errorf("the rule of SOPS for this file leaves data.%s in plain text%s", name, instead)
				}
			}
		}
	}
	return nil
}

// encryptedIn is the path of a value that is encrypted; empty if none is.
func encryptedIn(path string, value any) string {
	switch value := value.(type) {
	case string:
		if isEncrypted(value) {
			return path
		}
	case sops.TreeBranch:
		for _, item := range value {
			if key, ok := item.Key.(string); ok {
				if found := encryptedIn(path+"."+key, item.Value); found != "" {
					return found
				}
			}
		}
	case []any:
		for i, item := range value {
			if found := encryptedIn(fmt.Sprintf("%s[%d]", path, i), item); found != "" {
				return found
			}
		}
	}
	return ""
}

func isEncrypted(text string) bool {
	return strings.HasPrefix(text, "ENC[AES256_GCM,data:") && strings.HasSuffix(text, "]")
}
