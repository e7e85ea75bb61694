package load

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Decode writes a document into the struct that into points to, by its json
// tags, and returns where each value is written and all errors. It is strict:
// see the package comment. Fields may be structs (embedded ones inline),
// pointers, maps with string keys, slices, strings, booleans and integers; it
// panics on any other type, and when into is no pointer. Fields that the
// document leaves out stay as they are: whether that is allowed is validation's
// business. [v1alpha1.Values] alone takes maps of any shape.
func Decode(n *Node, into any) (Positions, diag.List) {
	d := decoder{positions: Positions{}}
	if n == nil {
		n = &Node{Kind: Null}
	}
	d.value(n, "", reflect.ValueOf(into).Elem())
	return d.positions, d.diags
}

type decoder struct {
	positions Positions
	diags     diag.List
}

func (d *decoder) value(n *Node, path string, v reflect.Value) {
	d.positions[path] = Position{File: n.File, Line: n.Line, Column: n.Column}
	if n.Kind == Null {
		d.report(n, path, "is empty", emptyHint(path))
		return
	}
	if v.Type() == reflect.TypeFor[v1alpha1.Values]() {
		d.free(n, path, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		to, before := reflect.New(v.Type().Elem()), len(d.diags)
		d.value(n, path, to.Elem())
		// A value that could not be read stays absent, so that a check of
		// what could be read does not take zero for what was written.
		if len(d.diags) == before || to.Elem().Kind() == reflect.Struct {
			v.Set(to)
		}
	case reflect.Struct:
		if d.wants(n, path, Map) {
			d.structure(n, path, v)
		}
	case reflect.Map:
		if d.wants(n, path, Map) && d.bounded(n, path, len(n.Entries)) {
			d.table(n, path, v)
		}
	case reflect.Slice:
		if d.wants(n, path, List) && d.bounded(n, path, len(n.Items)) {
			v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
			for i, item := range n.Items {
				d.value(item, path+"["+strconv.Itoa(i)+"]", v.Index(i))
			}
		}
	default:
		if !d.wants(n, path, Scalar) {
			return
		}
		if len(n.Value) > maxText {
			d.report(n, path, fmt.Sprintf("has %d bytes, more than the %d that a value may have", len(n.Value), maxText), "shorten it")
			return
		}
		d.scalar(n, path, v)
	}
}

// Bounds on one value of a spec. What is generated grows with the product of
// some of them, so they are far below what a file may hold, and far above what a
// cache needs.
const (
	maxItems = 500
	maxText  = 8 << 10 // bytes
)

func (d *decoder) bounded(n *Node, path string, items int) bool {
	if items <= maxItems {
		return true
	}
	d.report(n, path, fmt.Sprintf("has %d items, more than the %d that a spec may have", items, maxItems), "shorten it")
	return false
}

func emptyHint(path string) string {
	if path == "" {
		return "write a spec"
	}
	return "write a value or leave the line out"
}

// wants checks the shape of a value.
func (d *decoder) wants(n *Node, path string, kind Kind) bool {
	if n.Kind == kind {
		return true
	}
	hint := map[Kind]string{
		Map:    "write its fields below it, indented, as in name: value",
		List:   `write its items below it, each after "- "`,
		Scalar: "write one value",
	}[kind]
	wanted := kind.String()
	if kind == Scalar {
		wanted = "one value"
	}
	d.report(n, path, fmt.Sprintf("wants %s, has %s", wanted, n.Kind), hint)
	return false
}

// structure decodes a map into a struct.
func (d *decoder) structure(n *Node, path string, v reflect.Value) {
	fields := fieldsOf(v.Type())
	for _, e := range n.Entries {
		child := join(path, e.Key)
		if f, ok := fields.find(e.Key); ok {
			d.value(e.Value, child, v.FieldByIndex(f.index))
			continue
		}
		if len(d.diags) == maxDiagnostics {
			return
		}
		d.reportKey(e, join(path, diag.Cut(e.Key)), "is not a known field", fields.suggest(e.Key))
	}
}

// table decodes a map into a Go map.
func (d *decoder) table(n *Node, path string, v reflect.Value) {
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Entries)))
	for _, e := range n.Entries {
		child := path + "[" + e.Key + "]"
		if hint := badKey(e); hint != "" {
			d.reportKey(e, path+"["+diag.Cut(e.Key)+"]", "has a key that is not plain text", hint)
			continue
		}
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(e.Value, child, element)
		v.SetMapIndex(reflect.ValueOf(e.Key).Convert(v.Type().Key()), element)
	}
}

// badKey returns what to write instead of a key that is not plain text, else "".
func badKey(e Entry) string {
	if strings.ContainsFunc(e.Key, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "write a name without control characters"
	}
	if read := readAs(e.Key); e.KeyPlain && read != "" {
		return fmt.Sprintf("it is read as %s by some YAML parsers; write it in quotes: %s", read, diag.Quote(e.Key))
	}
	return ""
}

func (d *decoder) report(n *Node, path, message, hint string) {
	if len(d.diags) == maxDiagnostics {
		return
	}
	d.diags = append(d.diags, diag.Diagnostic{
		File: n.File, Line: n.Line, Column: n.Column, Path: path,
		Severity: diag.Error, Message: message, Hint: hint,
	})
}

func (d *decoder) reportKey(e Entry, path, message, hint string) {
	d.report(&Node{File: e.Value.File, Line: e.KeyLine, Column: e.KeyColumn}, path, message, hint)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
