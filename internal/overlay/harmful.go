package overlay

import (
	"bytes"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// Bounds on what kustomize is given. Its time grows faster than its input, and
// it follows aliases, even of a value within itself, until memory ends.
const (
	maxExpanded  = 8 * load.MaxBytes // bytes of a text after its aliases are followed
	maxLines     = 50_000
	maxDocuments = 1000
	// maxCopies is how many copies a JSON patch may make: each can double what
	// it is applied to.
	maxCopies = 8
)

var copies = regexp.MustCompile(`["']?op["']?\s*:\s*["']?copy\b`)

// harmful says what in a text would keep kustomize busy for ever, and what to do
// about it; empty if there is nothing. Text that is not YAML is kustomize's to
// judge.
func harmful(data []byte) (message, hint string) {
	switch {
	case bytes.Count(data, []byte("\n")) > maxLines:
		return "has more lines than kustomize can read in reasonable time", "split it"
	case bytes.Count(data, []byte("\n---")) >= maxDocuments:
		return "has more documents than kustomize can read in reasonable time", "split it"
	case len(copies.FindAllIndex(data, maxCopies+1)) > maxCopies:
		return "has a JSON patch with many copies, each of which can double the document", "write the values out"
	case explodes(data):
		return "has aliases that refer to themselves or grow without bound", "write the values out"
	}
	return "", ""
}

// harmfulInline finds the same in the documents that stand within a
// kustomization: patches, transformers and the like.
func harmfulInline(node *load.Node) diag.List {
	var diags diag.List
	for _, entry := range node.Entries {
		diags = append(diags, harmfulInline(entry.Value)...)
	}
	for _, item := range node.Items {
		diags = append(diags, harmfulInline(item)...)
	}
	if node.Kind == load.Scalar && strings.ContainsAny(node.Value, "{[&\n") {
		if message, hint := harmful([]byte(node.Value)); message != "" {
			d := at(node, "%s", message)
			d.Hint = hint
			diags = append(diags, d)
		}
	}
	return diags
}

// explodes finds aliases that kustomize would follow for ever. Text that is not
// YAML is kustomize's to judge.
func explodes(data []byte) bool {
	if !bytes.ContainsAny(data, "&") || !bytes.Contains(data, []byte("*")) {
		return false
	}
	for document := range bytes.SplitSeq(data, []byte("\n---")) {
		expanded, err := yaml.YAMLToJSON(document)
		if err != nil && (bytes.Contains([]byte(err.Error()), []byte("aliasing")) || bytes.Contains([]byte(err.Error()), []byte("contains itself"))) {
			return true
		}
		if len(expanded) > maxExpanded {
			return true
		}
	}
	return false
}
