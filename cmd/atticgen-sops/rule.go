package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/version"
)

// encryptedByDefault is what a Secret keeps secret.
const encryptedByDefault = "^(data|stringData)$"

// ruleFor is what .sops.yaml says of a new file.
func ruleFor(path string) (sops.Metadata, error) {
	file := os.Getenv("SOPS_CONFIG")
	if file == "" {
		found, err := config.LookupConfigFile(path)
		if err != nil {
			hint := "write one that names who may decrypt, for example creation_rules: [{age: age1…, encrypted_regex: " + encryptedByDefault + "}]"
			if found.Warning != "" {
				hint = found.Warning
			}
			return sops.Metadata{}, fmt.Errorf("there is no .sops.yaml in %s or a folder above it; %s", filepath.Dir(path), hint)
		}
		file = found.Path
	}
	rule, err := config.LoadCreationRuleForFile(file, path, nil)
	if err != nil {
		return sops.Metadata{}, fmt.Errorf("%s: %w; its creation_rules must have one whose path_regex matches %s below its folder, and which names who may decrypt", file, err, path)
	}
	if rule == nil {
		return sops.Metadata{}, fmt.Errorf("%s has no creation_rules; write one that names who may decrypt, for example creation_rules: [{age: age1…, encrypted_regex: %s}]", file, encryptedByDefault)
	}
	m := sops.Metadata{
		KeyGroups:               rule.KeyGroups,
		ShamirThreshold:         rule.ShamirThreshold,
		UnencryptedSuffix:       rule.UnencryptedSuffix,
		EncryptedSuffix:         rule.EncryptedSuffix,
		UnencryptedRegex:        rule.UnencryptedRegex,
		EncryptedRegex:          rule.EncryptedRegex,
		UnencryptedCommentRegex: rule.UnencryptedCommentRegex,
		EncryptedCommentRegex:   rule.EncryptedCommentRegex,
		MACOnlyEncrypted:        true,
		Version:                 version.Version,
	}
	if m.UnencryptedSuffix+m.EncryptedSuffix+m.UnencryptedRegex+m.EncryptedRegex+m.UnencryptedCommentRegex+m.EncryptedCommentRegex == "" {
		m.EncryptedRegex = encryptedByDefault
	}
	if err := namesSomebody(m); err != nil {
		return sops.Metadata{}, fmt.Errorf("%s: the creation rule for %s %w", file, path, err)
	}
	return m, nil
}

// namesSomebody: what is encrypted for nobody is lost.
func namesSomebody(m sops.Metadata) error {
	if m.MasterKeyCount() == 0 {
		return errors.New("names nobody who may decrypt; give it age, kms, gcp_kms, azure_keyvault, hc_vault_transit_uri or pgp")
	}
	for i, group := range m.KeyGroups {
		if len(group) == 0 {
			return fmt.Errorf("has nobody in key_groups[%d]; remove it, or name who may decrypt", i)
		}
	}
	return nil
}
