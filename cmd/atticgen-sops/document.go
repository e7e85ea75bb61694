package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/getsops/sops/v3"
	"go.yaml.in/yaml/v3"
)

// yamlLine is where YAML's own messages say they are; the rest of them may quote
// values.
var yamlLine = regexp.MustCompile(`line \d+`)

var errNotSOPS = errors.New("the file is not encrypted by SOPS: there is no sops.mac in it; nothing is written over a file that somebody else keeps: encrypt it with sops encrypt --in-place, or move it away")

// checkText tells whether a document can be read safely and is a Secret in the
// form that SOPS gives it.
func checkText(document []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var node, another yaml.Node
	if err := decoder.Decode(&node); err != nil {
		where := yamlLine.FindString(err.Error())
		return fmt.Errorf("the file is not YAML (%s); nothing is written over it", strings.TrimSpace("see its "+orText(where, "beginning")))
	}
	if err := decoder.Decode(&another); !errors.Is(err, io.EOF) {
		return errors.New("the file holds more than one document; keep one Secret in a file")
	}
	if hasAlias(&node) {
		return errors.New("the file has YAML aliases, which SOPS does not keep; write the values out")
	}
	if len(node.Content) != 1 || node.Content[0].Kind != yaml.MappingNode {
		return errors.New("the file holds no Secret; nothing is written over it")
	}
	top := node.Content[0]
	if field(field(top, "sops"), "mac") == nil {
		return errNotSOPS
	}
	if scalar(field(top, "apiVersion")) != "v1" || scalar(field(top, "kind")) != "Secret" {
		return errors.New("the file holds no Secret whose apiVersion and kind can be read; only data is to be encrypted: give the rule in .sops.yaml encrypted_regex: " + encryptedByDefault + " and encrypt it again")
	}
	if field(top, "stringData") != nil {
		return errors.New("the Secret has stringData, which Flux applies encrypted as it is where it has no key; move its values into data, as base64")
	}
	return nil
}

func orText(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}

func field(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// child is the branch with a name; nil if there is none.
func child(b sops.TreeBranch, name string) sops.TreeBranch {
	branch, _ := value(b, name).(sops.TreeBranch)
	return branch
}

func value(b sops.TreeBranch, name string) any {
	for _, item := range b {
		if item.Key == name {
			return item.Value
		}
	}
	return nil
}

// secretIn is the Secret in a decrypted document.
func secretIn(b sops.TreeBranch) (secret, error) {
	metadata := child(b, "metadata")
	s := secret{Data: map[string][]byte{}}
	s.Namespace, _ = value(metadata, "namespace").(string)
	s.Name, _ = value(metadata, "name").(string)
	s.Labels, s.Annotations = texts(child(metadata, "labels")), texts(child(metadata, "annotations"))
	for _, item := range child(b, "data") {
		key, ok := item.Key.(string)
		if !ok {
			continue // a comment
		}
		text, ok := item.Value.(string)
		if !ok {
			return secret{}, fmt.Errorf("data.%s is not text; write its value as base64", key)
		}
		plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return secret{}, fmt.Errorf("data.%s is not base64; write its value as base64", key)
		}
		s.Data[key] = plain
	}
	return s, nil
}

func texts(b sops.TreeBranch) map[string]string {
	all := map[string]string{}
	for _, item := range b {
		key, isText := item.Key.(string)
		text, isToo := item.Value.(string)
		if isText && isToo {
			all[key] = text
		}
	}
	return all
}
