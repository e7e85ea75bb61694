package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

const (
	// MaxBytes is how long a text Parse reads, in bytes: a thousand times what
	// a spec takes.
	MaxBytes = 1 << 20

	// maxDepth is how deeply maps and lists may be nested.
	maxDepth = 100

	// maxDiagnostics is how many errors are reported for one text, so that a
	// text made of errors does not grow a thousandfold. Nobody reads more.
	maxDiagnostics = 1000
)

// Parse reads YAML text, at most MaxBytes of it, and returns one node for each
// document; documents without content are left out. file is the name that
// positions and diagnostics carry. When there are errors there are no nodes.
func Parse(file string, data []byte) ([]*Node, diag.List) {
	return parse(file, data, MaxBytes)
}

func parse(file string, data []byte, limit int) ([]*Node, diag.List) {
	text, diags := checkText(file, data, limit)
	if diags != nil {
		return nil, diags
	}
	documents, err := readDocuments(text)
	if err != nil {
		return nil, diag.List{syntaxError(file, text, err)}
	}
	b := builder{file: file, cursor: newCursor(text)}
	var nodes []*Node
	for _, document := range documents {
		n := b.build(document, 1)
		if n.Kind != Null || n.Value != "" {
			nodes = append(nodes, n)
		}
	}
	if b.diags.HasErrors() {
		return nil, b.diags
	}
	return nodes, nil
}

// readDocuments returns the content of every document. The parser knows of
// texts on which it panics; those are errors here.
func readDocuments(text []byte) (documents []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, document.Content...)
	}
}

// builder turns the parser's nodes into ours and collects what is refused.
type builder struct {
	file    string
	cursor  *cursor
	diags   diag.List
	tooDeep bool
}

func (b *builder) build(from *yaml.Node, depth int) *Node {
	n := &Node{File: b.file, Line: from.Line, Column: from.Column}
	b.checkProperties(from)
	switch from.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		n.Kind = List
		if from.Kind == yaml.MappingNode {
			n.Kind = Map
		}
		if depth > maxDepth {
			b.refuseDepth(from)
			return n
		}
		if n.Kind == Map {
			n.Entries = b.entries(from, depth)
			return n
		}
		n.Items = make([]*Node, len(from.Content))
		for i, item := range from.Content {
			n.Items[i] = b.build(item, depth+1)
		}
	case yaml.ScalarNode:
		n.Value, n.Plain = from.Value, isPlain(from)
		n.Kind = Scalar
		if n.Plain && isNull(n.Value) {
			n.Kind, n.Plain = Null, false
		}
	default: // An alias, which has been refused.
		n.Kind = Null
	}
	return n
}

func (b *builder) entries(from *yaml.Node, depth int) []Entry {
	entries := make([]Entry, 0, len(from.Content)/2)
	seen := make(map[string]*yaml.Node, len(from.Content)/2)
	for i := 0; i+1 < len(from.Content); i += 2 {
		key := from.Content[i]
		b.checkProperties(key)
		value := b.build(from.Content[i+1], depth+1)
		// The parser puts a value that is not there where it went on reading.
		if value.Kind == Null && value.Value == "" && value.Line != key.Line {
			value.Line, value.Column = key.Line, key.Column
		}
		switch {
		case key.Kind == yaml.AliasNode:
			continue
		case key.Kind != yaml.ScalarNode:
			b.refuse(key, "a map or list is used as a key", "use text as the key")
			continue
		case isPlain(key) && isNull(key.Value):
			b.refuse(key, "a key is empty", "write a name before the colon, in quotes if it is meant to be null")
			continue
		case isPlain(key) && key.Value == "<<":
			b.refuse(key, "the merge key << is not supported", "write the fields out")
			continue
		}
		if first, ok := seen[key.Value]; ok {
			b.refuse(key, fmt.Sprintf("the key %s is already at line %d, column %d", diag.Quote(key.Value), first.Line, first.Column), "keep one of the two")
			continue
		}
		seen[key.Value] = key
		entries = append(entries, Entry{
			Key: key.Value, KeyLine: key.Line, KeyColumn: key.Column, KeyPlain: isPlain(key), Value: value,
		})
	}
	return entries
}

// checkProperties refuses anchors, aliases and tags.
func (b *builder) checkProperties(from *yaml.Node) {
	switch {
	case from.Kind == yaml.AliasNode:
		b.refuse(from, "the alias *"+diag.Cut(from.Value)+" is not supported", "write the value out")
	case from.Anchor != "":
		b.refuse(from, "the anchor &"+diag.Cut(from.Anchor)+" is not supported", "remove it and write the value out where it is wanted")
	case from.Style&yaml.TaggedStyle != 0, b.cursor.at(from.Line, from.Column) == '!':
		b.refuse(from, "a tag (!) is not supported", "remove it; write text that could be a number or boolean in quotes")
	}
}

func (b *builder) refuseDepth(from *yaml.Node) {
	if b.tooDeep {
		return
	}
	b.tooDeep = true
	b.refuse(from, fmt.Sprintf("is nested more than %d levels deep", maxDepth), "nest it less deeply")
}

func (b *builder) refuse(from *yaml.Node, message, hint string) {
	if len(b.diags) == maxDiagnostics {
		return
	}
	d := diag.New(b.file, "%s", message)
	d.Line, d.Column, d.Hint = from.Line, from.Column, hint
	b.diags = append(b.diags, d)
}

func isPlain(from *yaml.Node) bool {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return from.Kind == yaml.ScalarNode && from.Style&quoted == 0
}
