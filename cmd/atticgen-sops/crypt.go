package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/keyservice"
	"github.com/getsops/sops/v3/stores/yaml"
)

// noKeyError: the document is well, but not for who runs this.
type noKeyError struct{ message string }

func (e noKeyError) Error() string { return e.message }

func store() *yaml.Store { return yaml.NewStore(&config.YAMLStoreConfig{}) }

func services() []keyservice.KeyServiceClient {
	return []keyservice.KeyServiceClient{keyservice.NewLocalClient()}
}

// open decrypts the document of a request and checks it against the checksum that
// SOPS has put into it.
func open(r request, cipher sops.Cipher) (*sops.Tree, []byte, error) {
	if err := checkText(r.Document); err != nil {
		return nil, nil, err
	}
	tree, err := store().LoadEncryptedFile(r.Document)
	if err != nil || len(tree.Branches) != 1 {
		return nil, nil, errors.New("SOPS does not understand the file; take it from Git as it was, and change it only with sops or atticgen")
	}
	tree.FilePath = r.Path
	if err := isOf(tree.Branches[0], r); err != nil {
		return nil, nil, err
	}
	order := sops.DefaultDecryptionOrder
	if wanted := os.Getenv("SOPS_DECRYPTION_ORDER"); wanted != "" {
		order = strings.Split(wanted, ",")
	}
	key, err := tree.Metadata.GetDataKeyWithKeyServices(services(), order)
	if err != nil {
		says := err.Error()
		if explains, ok := err.(sops.UserError); ok { //nolint:errorlint // the interface is of the outermost error
			says = strings.ReplaceAll(explains.UserError(), " | ", " ")
		}
		return nil, nil, noKeyError{"no private key here decrypts the file, which adding to it and reading it take: set SOPS_AGE_KEY_FILE or SOPS_AGE_KEY, or sign in to the KMS that it names; SOPS says: " + says}
	}
	if err := decrypt(&tree, key, cipher); err != nil {
		return nil, nil, err
	}
	tree.Branches[0] = withoutHeader(tree.Branches[0], r.Header)
	return &tree, key, nil
}

func isOf(b sops.TreeBranch, r request) error {
	metadata := child(b, "metadata")
	if r.Namespace != "" && value(metadata, "namespace") != r.Namespace || r.Name != "" && value(metadata, "name") != r.Name {
		return fmt.Errorf("the file holds another Secret than %s in namespace %s; nothing is written over it", r.Name, r.Namespace)
	}
	return nil
}

// decrypt does not repeat what SOPS says: that quotes values.
func decrypt(tree *sops.Tree, key []byte, cipher sops.Cipher) error {
	const changed = "; it has been changed without SOPS: take it from Git as it was"
	sum, err := tree.Decrypt(key, cipher)
	if err != nil {
		return errors.New("a value of the file cannot be decrypted with its own key" + changed)
	}
	want, err := cipher.Decrypt(tree.Metadata.MessageAuthenticationCode, key, tree.Metadata.LastModified.Format(time.RFC3339))
	if err != nil || want != sum {
		return errors.New("MAC mismatch: the values of the file are not those that SOPS encrypted" + changed)
	}
	return nil
}

// encrypt writes a document, and reads it again before anybody relies on it.
func encrypt(tree *sops.Tree, key []byte, cipher sops.Cipher, header string) ([]byte, error) {
	sum, err := tree.Encrypt(key, cipher)
	if err != nil {
		return nil, errors.New("SOPS cannot encrypt the Secret")
	}
	if err := onlyData(tree.Branches[0]); err != nil {
		return nil, err
	}
	tree.Metadata.LastModified = time.Now().UTC()
	tree.Metadata.MessageAuthenticationCode, err = cipher.Encrypt(sum, key, tree.Metadata.LastModified.Format(time.RFC3339))
	if err != nil {
		return nil, errors.New("SOPS cannot encrypt the checksum")
	}
	document, err := store().EmitEncryptedFile(*tree)
	if err != nil {
		return nil, errors.New("SOPS cannot write the Secret as YAML")
	}
	if header != "" {
		document = append([]byte("# "+header+"\n"), document...)
	}
	return document, readable(document, key)
}
