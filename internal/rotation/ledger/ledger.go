// Package ledger is what the record of issued tokens and the list of revoked ones
// have in common: each is one list in a JSON object, which is one key of a
// ConfigMap in Git. Commands keep them and people may edit them, so that reading
// is strict, and every message says where and what to write instead.
package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// MaxBytes is how long the JSON may be: a ConfigMap takes a mebibyte, and some of
// that is its metadata.
const MaxBytes = 1<<20 - 1<<16

// app is what the plan of tokens is labelled with, too.
const app = "attic-tokens"

// Form is what one of the two looks like.
type Form struct {
	// Key of the ConfigMap, as in issued.json.
	Key string
	// List is the field of the JSON object, as in tokens.
	List string
	// Comment is the first line of the file, without its #.
	Comment string
	// Wave is when the ConfigMap is applied.
	Wave meta.Wave
}

// Parse reads the JSON and returns the items of its list. file is the name that
// messages carry; it may be empty.
func (f Form) Parse(file string, data []byte) ([]*load.Node, diag.List) {
	return f.parse(data, reader{file: file, place: func(line, column int) (int, int) { return line, column }})
}

func (f Form) parse(data []byte, r reader) ([]*load.Node, diag.List) {
	root, diags := r.read(data)
	if diags != nil {
		return nil, diags
	}
	example := fmt.Sprintf(`write {"%s": []} for an empty list`, f.List)
	if root.Kind != load.Map {
		return nil, diag.List{at(root, "", "is no JSON object", example)}
	}
	var list *load.Node
	for _, e := range root.Entries {
		if e.Key != f.List {
			field := at(root, diag.Cut(e.Key), "is not a known field", "the only field is "+f.List)
			field.Line, field.Column = e.KeyLine, e.KeyColumn
			diags = append(diags, field)
			continue
		}
		list = e.Value
	}
	switch {
	case diags != nil:
		return nil, diags
	case list == nil:
		return nil, diag.List{at(root, f.List, "is missing", example)}
	case list.Kind != load.List:
		return nil, diag.List{at(list, f.List, "is no list", example)}
	}
	return list.Items, nil
}

// ReadConfigMap reads the file of the ConfigMap and returns the items of its list.
func (f Form) ReadConfigMap(file string, data []byte) ([]*load.Node, diag.List) {
	object, diags := load.Object(file, data)
	if diags != nil {
		return nil, diags
	}
	for _, want := range [][2]string{{"apiVersion", "v1"}, {"kind", "ConfigMap"}} {
		n := object.Get(want[0])
		if n == nil {
			n = object
		}
		if n.Value != want[1] {
			diags = append(diags, at(n, want[0], "is not "+want[1], "write "+want[0]+": "+want[1]+", or restore the file from Git"))
		}
	}
	values := object.Get("data")
	text := values.Get(f.Key)
	switch {
	case text == nil:
		diags = append(diags, at(object, "data["+f.Key+"]", "is missing", "restore the file from Git, or remove it if no token was ever issued"))
	case text.Kind != load.Scalar:
		diags = append(diags, at(text, "data["+f.Key+"]", "is no text", "restore the file from Git"))
	}
	// The file is written anew with each change, and would lose what it does not
	// know.
	if values != nil {
		diags = append(diags, others(values, "data[%s]", f.Key)...)
	}
	diags = append(diags, others(object, "%s", "apiVersion", "kind", "metadata", "data")...)
	if diags != nil {
		return nil, diags
	}
	return f.parse([]byte(text.Value), reader{file: file, place: within(data, text)})
}

// others are the keys of a map that are not known.
func others(n *load.Node, form string, known ...string) diag.List {
	var diags diag.List
	for _, e := range n.Entries {
		found := false
		for _, k := range known {
			found = found || e.Key == k
		}
		if !found && len(diags) < maxDiagnostics {
			d := at(e.Value, fmt.Sprintf(form, diag.Cut(e.Key)), "is not known here", "remove it: the file is atticgen's, which writes it anew")
			d.Line, d.Column = e.KeyLine, e.KeyColumn
			diags = append(diags, d)
		}
	}
	return diags
}

// within says where a place in the text of a node is in the file around it, as
// far as the text was written in lines of its own; else it is that of the text.
func within(file []byte, text *load.Node) func(line, column int) (int, int) {
	lines := bytes.Split(file, []byte("\n"))
	inner := bytes.Split([]byte(text.Value), []byte("\n"))
	return func(line, column int) (int, int) {
		if line > len(inner) || text.Line+line > len(lines) {
			return text.Line, text.Column
		}
		outside, inside := bytes.TrimSuffix(lines[text.Line+line-1], []byte("\r")), inner[line-1]
		if !bytes.HasSuffix(outside, inside) || len(bytes.TrimSpace(outside)) != len(bytes.TrimSpace(inside)) {
			return text.Line, text.Column
		}
		return text.Line + line, column + len(outside) - len(inside)
	}
}

// JSON is the object with its list, as it is written.
func (f Form) JSON(items any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false) // People read it, and no page holds it.
	if err := encoder.Encode(map[string]any{f.List: items}); err != nil {
		panic(err) // texts always encode
	}
	return text.Bytes()
}

// ConfigMap is the file. The scope is that of the plan of the same tokens.
func (f Form) ConfigMap(name string, scope meta.Scope, items any) ([]byte, error) {
	text := f.JSON(items)
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("ConfigMap %s would have %d bytes in %s, more than the %d that a cluster takes; plan fewer tokens, or let them be valid longer",
			diag.Quote(name), len(text), f.Key, MaxBytes)
	}
	object, err := manifest.FromTyped(&corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: scope.Object(meta.Of{Name: name, App: app, Component: "tokens", Wave: f.Wave}),
		Data:       map[string]string{f.Key: string(text)},
	})
	if err != nil {
		return nil, err
	}
	return append([]byte("# "+f.Comment+"\n"), object.YAML()...), nil
}

func at(n *load.Node, path, message, hint string) diag.Diagnostic {
	return diag.Diagnostic{File: n.File, Line: n.Line, Column: n.Column, Path: path, Severity: diag.Error, Message: message, Hint: hint}
}
