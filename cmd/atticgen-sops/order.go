package main

import (
	"slices"

	"github.com/getsops/sops/v3"
	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/yaml"
)

// sorted is a branch in the order that sigs.k8s.io/yaml writes keys in, as
// atticgen render does: SOPS's checksum is of the values in their order. Comments
// stay with the key below them.
func sorted(b sops.TreeBranch) (sops.TreeBranch, error) {
	var keys []string
	with := map[string]sops.TreeBranch{}
	var comments sops.TreeBranch
	for _, item := range b {
		comments = append(comments, item)
		if key, ok := item.Key.(string); ok {
			keys = append(keys, key)
			with[key], comments = comments, nil
		}
	}
	keys, err := order(keys)
	if err != nil {
		return nil, err
	}
	result := sops.TreeBranch{}
	for _, key := range keys {
		result = append(result, with[key]...)
	}
	return append(result, comments...), nil
}

// order asks the package itself: it sorts numbers in names by their values.
func order(keys []string) ([]string, error) {
	all := map[string]string{}
	for _, key := range keys {
		all[key] = ""
	}
	text, err := kyaml.Marshal(all)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	ordered := make([]string, 0, len(keys))
	for pair := range slices.Chunk(document.Content[0].Content, 2) {
		ordered = append(ordered, pair[0].Value)
	}
	return ordered, nil
}
