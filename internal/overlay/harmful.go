package overlay

import (
	"bytes"
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
	// maxCopies is how many copies the JSON patches of one build may make
	// together: each can double what it is applied to.
	maxCopies = 8
)

// copies counts the copies that JSON patches in a document make: in a list of
// operations, or in the text of a field that holds such a list.
func copies(data []byte) int {
	if !bytes.Contains(data, []byte("op")) {
		return 0
	}
	var document any
	if yaml.Unmarshal(data, &document) != nil {
		return 0
	}
	return copiesIn(document)
}

func copiesIn(value any) int {
	count := 0
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if operation, ok := item.(map[string]any); ok && operation["op"] == "copy" {
				count++
			}
		}
	case map[string]any:
		for _, key := range []string{"jsonOp", "patch"} {
			if text, ok := v[key].(string); ok {
				count += copies([]byte(text))
			}
		}
		if patches, ok := v["patches"].([]any); ok {
			for _, patch := range patches {
				if fields, ok := patch.(map[string]any); ok {
					count += copiesIn(fields)
				}
			}
		}
	}
	return count
}

// harmful says what in a text would keep kustomize busy for ever, and what to do
// about it; empty if there is nothing. Text that is not YAML is kustomize's to
// judge.
func harmful(data []byte) (message, hint string) {
	switch {
	case bytes.Count(data, []byte("\n")) > maxLines:
		return "has more lines than kustomize can read in reasonable time", "split it"
	case bytes.Count(data, []byte("\n---")) >= maxDocuments:
		return "has more documents than kustomize can read in reasonable time", "split it"
	case explodes(data):
		return "has aliases that refer to themselves or grow without bound", "write the values out"
	}
	return "", ""
}

// countCopies adds up the copies that JSON patches make, and says so when they
// are too many.
func (f *expandingFS) countCopies(data []byte) (message, hint string) {
	if f.copies += copies(data); f.copies > maxCopies {
		return "has a JSON patch with many copies, each of which can double the document", "write the values out"
	}
	return "", ""
}

// harmfulInline finds the same in the documents that stand within a
// kustomization: patches, transformers and the like.
func (f *expandingFS) harmfulInline(node *load.Node) diag.List {
	var diags diag.List
	for _, entry := range node.Entries {
		diags = append(diags, f.harmfulInline(entry.Value)...)
	}
	for _, item := range node.Items {
		diags = append(diags, f.harmfulInline(item)...)
	}
	if node.Kind == load.Scalar && strings.ContainsAny(node.Value, "{[&\n") {
		message, hint := harmful([]byte(node.Value))
		if message == "" {
			message, hint = f.countCopies([]byte(node.Value))
		}
		if message != "" {
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
