package load

import (
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// MaxObjectBytes is how long a text Object reads, in bytes: more than an API
// server takes.
const MaxObjectBytes = 4 << 20

// Object reads a manifest of exactly one object, at most MaxObjectBytes of it. It
// is other people's, so plain text is taken as it is; anchors, aliases, tags and
// duplicate keys are refused as everywhere. When there are errors, the node is
// nil.
func Object(file string, data []byte) (*Node, diag.List) {
	documents, diags := parse(file, data, MaxObjectBytes)
	if diags != nil {
		return nil, diags
	}
	if len(documents) == 0 {
		d := diag.New(file, "is empty")
		d.Hint = "write an object, or remove the file and what names it"
		return nil, diag.List{d}
	}
	if len(documents) > 1 {
		d := diag.New(file, "has %d documents", len(documents))
		d.Line, d.Column = documents[1].Line, documents[1].Column
		d.Hint = "write one object a file"
		return nil, diag.List{d}
	}
	if n := documents[0]; n.Kind != Map {
		d := diag.New(file, "wants a map, has %s", n.Kind)
		d.Line, d.Column = n.Line, n.Column
		d.Hint = "write an object, with apiVersion, kind and metadata"
		return nil, diag.List{d}
	}
	return documents[0], nil
}

// Locate returns where the field at a path is written: keys, and indexes of lists
// as decimal numbers. The place of a field is that of its key. Of a field that is
// not there, it is that of the nearest parent that is.
func (n *Node) Locate(path []string) Position {
	at := Position{File: n.File, Line: n.Line, Column: n.Column}
	for _, step := range path {
		next, place, ok := n.step(step)
		if !ok {
			break
		}
		n, at = next, place
	}
	return at
}

// step goes one key or index down.
func (n *Node) step(to string) (*Node, Position, bool) {
	if n.Kind == List {
		i, err := strconv.Atoi(to)
		if err != nil || i < 0 || i >= len(n.Items) {
			return nil, Position{}, false
		}
		item := n.Items[i]
		return item, Position{File: item.File, Line: item.Line, Column: item.Column}, true
	}
	for _, e := range n.Entries {
		if e.Key == to {
			return e.Value, Position{File: e.Value.File, Line: e.KeyLine, Column: e.KeyColumn}, true
		}
	}
	return nil, Position{}, false
}

// Display is a path as messages show it, as in
//
//	spec.template.spec.containers[0].image
//	metadata.annotations[example.com/a]
//
// Where a list is meant is what the node tells; below what is not there, numbers
// are indexes.
func (n *Node) Display(path []string) string {
	var b strings.Builder
	for _, step := range path {
		index := n == nil && isIndex(step) || n != nil && n.Kind == List
		switch {
		case index, strings.ContainsAny(step, "./[] "):
			b.WriteString("[" + step + "]")
		default:
			if b.Len() > 0 {
				b.WriteString(".")
			}
			b.WriteString(step)
		}
		if n != nil {
			n, _, _ = n.step(step)
		}
	}
	return b.String()
}

func isIndex(step string) bool {
	_, err := strconv.ParseUint(step, 10, 31)
	return err == nil
}
