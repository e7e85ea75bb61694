package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	kyaml "sigs.k8s.io/yaml"
)

// create encrypts a Secret that no file holds yet.
func create(r request) (reply, error) {
	metadata, err := ruleFor(r.Path)
	if err != nil {
		return reply{}, err
	}
	branch, err := newSecret(r)
	if err != nil {
		return reply{}, err
	}
	tree := &sops.Tree{Metadata: metadata, Branches: sops.TreeBranches{branch}, FilePath: r.Path}
	key, errs := tree.GenerateDataKeyWithKeyServices(services())
	if len(errs) > 0 {
		return reply{}, fmt.Errorf("%s cannot be encrypted for everybody whom .sops.yaml names: %w", r.Path, errors.Join(errs...))
	}
	document, err := encrypt(tree, key, aes.NewCipher(), r.Header)
	return reply{Document: document, Changed: true}, err
}

// newSecret goes through text, so that its keys are in the order in which
// atticgen render writes them.
func newSecret(r request) (sops.TreeBranch, error) {
	metadata := map[string]any{"name": r.Name, "namespace": r.Namespace}
	for name, values := range map[string]map[string]string{"labels": r.Labels, "annotations": r.Annotations} {
		kept := map[string]string{}
		for key, value := range values {
			if value != "" {
				kept[key] = value
			}
		}
		if len(kept) > 0 {
			metadata[name] = kept
		}
	}
	text, err := kyaml.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, "data": r.Set,
	})
	if err != nil {
		return nil, errors.New("the Secret cannot be written as YAML")
	}
	branches, err := store().LoadPlainFile(text)
	if err != nil || len(branches) != 1 {
		return nil, errors.New("SOPS does not understand the Secret as YAML")
	}
	if len(r.Set) == 0 {
		branches[0], _ = branches[0].Set([]any{"data"}, sops.TreeBranch{})
	}
	return branches[0], nil
}

// read decrypts a document.
func read(r request) (reply, error) {
	tree, _, err := open(r, aes.NewCipher())
	if err != nil {
		return reply{}, err
	}
	s, err := secretIn(tree.Branches[0])
	return reply{Secret: &s}, err
}

// update changes a document. Values that stay keep their ciphertext, because the
// cipher remembers what it has decrypted.
func update(r request) (reply, error) {
	cipher := aes.NewCipher()
	tree, key, err := open(r, cipher)
	if err != nil {
		return reply{}, err
	}
	now, err := secretIn(tree.Branches[0])
	if err != nil {
		return reply{}, err
	}
	changed, warning := false, ""
	b := tree.Branches[0]
	for name, plain := range r.Set {
		if had, ok := now.Data[name]; ok && bytes.Equal(had, plain) {
			continue
		}
		if warning, err = recipients(tree.Metadata, r.Path); err != nil {
			return reply{}, err
		}
		b, changed = set(b, []any{"data", name}, base64.StdEncoding.EncodeToString(plain)), true
	}
	for _, name := range r.Remove {
		if _, ok := now.Data[name]; ok {
			if b, err = b.Unset([]any{"data", name}); err != nil {
				return reply{}, err
			}
			changed = true
		}
	}
	for _, texts := range []struct {
		field     string
		want, has map[string]string
	}{{"labels", r.Labels, now.Labels}, {"annotations", r.Annotations, now.Annotations}} {
		for name, text := range texts.want {
			had, ok := texts.has[name]
			path := []any{"metadata", texts.field, name}
			switch {
			case text == "" && ok:
				if b, err = b.Unset(path); err != nil {
					return reply{}, err
				}
				changed = true
			case text != "" && text != had:
				b, changed = set(b, path, text), true
			}
		}
	}
	if !changed {
		return reply{Document: r.Document}, nil
	}
	if err := sortFields(b); err != nil {
		return reply{}, err
	}
	tree.Branches[0] = b
	tree.Metadata.MACOnlyEncrypted = true
	document, err := encrypt(tree, key, cipher, r.Header)
	return reply{Document: document, Changed: true, Warning: warning}, err
}

// set makes the branches on the way: SOPS's own would put text where there is
// null.
func set(b sops.TreeBranch, path []any, text string) sops.TreeBranch {
	for i := 1; i < len(path); i++ {
		if inner, err := b.Truncate(path[:i]); err != nil || inner == nil {
			b, _ = b.Set(path[:i], sops.TreeBranch{})
		}
	}
	b, _ = b.Set(path, text)
	return b
}

// sortFields sorts what has been added to.
func sortFields(b sops.TreeBranch) error {
	var walk func(sops.TreeBranch, ...string) error
	walk = func(in sops.TreeBranch, path ...string) error {
		for i, item := range in {
			inner, ok := item.Value.(sops.TreeBranch)
			if !ok || item.Key != path[0] {
				continue
			}
			if len(path) > 1 {
				return walk(inner, path[1:]...)
			}
			ordered, err := sorted(inner)
			in[i].Value = ordered
			return err
		}
		return nil
	}
	return errors.Join(walk(b, "data"), walk(b, "metadata", "labels"), walk(b, "metadata", "annotations"))
}

// withoutHeader takes the header away, in whatever form the document has it.
func withoutHeader(b sops.TreeBranch, header string) sops.TreeBranch {
	for len(b) > 0 {
		comment, ok := b[0].Key.(sops.Comment)
		if !ok || header == "" || strings.TrimSpace(comment.Value) != header {
			break
		}
		b = b[1:]
	}
	return b
}
