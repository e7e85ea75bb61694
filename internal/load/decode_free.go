package load

import (
	"reflect"
	"strconv"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// free decodes a map of any shape. Null is a value in it, and so is everything
// that all parsers of YAML read alike.
func (d *decoder) free(n *Node, path string, v reflect.Value) {
	if !d.wants(n, path, Map) {
		return
	}
	before := len(d.diags)
	d.unambiguous(n, path)
	if len(d.diags) == before {
		v.Set(reflect.ValueOf(v1alpha1.Values(n.Any().(map[string]any))))
	}
}

// unambiguous notes where each value is, and reports plain text that parsers
// take for different things.
func (d *decoder) unambiguous(n *Node, path string) {
	d.positions[path] = Position{File: n.File, Line: n.Line, Column: n.Column}
	for _, e := range n.Entries {
		d.unambiguous(e.Value, join(path, e.Key))
	}
	for i, item := range n.Items {
		d.unambiguous(item, path+"["+strconv.Itoa(i)+"]")
	}
	if n.Kind != Scalar || !n.Plain {
		return
	}
	if n.Value == "true" || n.Value == "false" || decimal.MatchString(n.Value) {
		return
	}
	if read := readAs(n.Value); read != "" {
		d.report(n, path, "is read as "+read+" by some YAML parsers", "write true, false or a plain number, or put it in quotes: "+diag.Quote(n.Value))
	}
}
