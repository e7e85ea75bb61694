// Package kustomizations adds resources to kustomization files that people wrote,
// and leaves everything else in them as it is: comments, order, blanks and line
// endings.
package kustomizations

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// AddResource returns a kustomization that names a resource: the text itself where
// it does already. A text whose form leaves no safe place for the line is refused,
// and the error says which line to add.
func AddResource(file string, text []byte, resource string) ([]byte, error) {
	before, diags := document(file, text)
	if diags.HasErrors() {
		return nil, diags
	}
	list := before.Get("resources")
	if slices.Contains(names(list), resource) {
		return text, nil
	}
	changed, ok := insert(text, list, resource)
	if ok {
		after, diags := document(file, changed)
		ok = !diags.HasErrors() && addsOnly(before, after, resource)
	}
	if !ok {
		d := diag.New(file, "is written in a form to which no resource can be added safely")
		d.Path, d.Hint = "resources", fmt.Sprintf("add the line yourself: resources: [%s]", resource)
		if list != nil {
			d.Line, d.Column = list.Line, list.Column
			d.Hint = fmt.Sprintf("add the item yourself: %s", resource)
		}
		return nil, diag.List{d}
	}
	return changed, nil
}

// document is the one map that a kustomization is.
func document(file string, text []byte) (*load.Node, diag.List) {
	nodes, diags := load.Parse(file, text)
	if diags.HasErrors() {
		return nil, diags
	}
	if len(nodes) != 1 || nodes[0].Kind != load.Map {
		d := diag.New(file, "is not one kustomization")
		d.Hint = "write one document with kind: Kustomization"
		return nil, diag.List{d}
	}
	return nodes[0], nil
}

func names(list *load.Node) []string {
	if list == nil {
		return nil
	}
	var all []string
	for _, item := range list.Items {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(item.Value, "./"), "/"))
	}
	return all
}

// addsOnly tells whether one more resource, at the end, is all that differs.
func addsOnly(before, after *load.Node, resource string) bool {
	was, _ := before.Any().(map[string]any)
	is, _ := after.Any().(map[string]any)
	list, _ := was["resources"].([]any)
	was["resources"] = append(slices.Clone(list), any(resource))
	return reflect.DeepEqual(was, is)
}

// insert puts the line where it seems to belong. Whether it does is for the caller
// to see.
func insert(text []byte, list *load.Node, resource string) ([]byte, bool) {
	ending := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		ending = "\r\n"
	}
	switch {
	case list == nil:
		if len(text) > 0 && text[len(text)-1] != '\n' {
			text = append(slices.Clip(text), ending...)
		}
		return append(slices.Clip(text), "resources:"+ending+"  - "+resource+ending...), true
	case list.Kind == load.List && len(list.Items) > 0:
		return after(text, list, resource, ending)
	case list.Kind == load.List:
		return onLine(text, list.Line, func(line string) (string, bool) {
			before, rest, ok := strings.Cut(line, "[]")
			return before + "[" + resource + "]" + rest, ok
		})
	case list.Kind == load.Null && list.Value == "":
		return onLine(text, list.Line, func(line string) (string, bool) {
			return line + ending + "  - " + resource, strings.HasPrefix(line, "resources:")
		})
	}
	return nil, false
}

// after puts an item behind the last one of a list.
func after(text []byte, list *load.Node, resource, ending string) ([]byte, bool) {
	last := list.Items[len(list.Items)-1]
	if list.Items[0].Column == last.Column && dashed(text, last) {
		return onLine(text, last.Line, func(line string) (string, bool) {
			dash := strings.IndexByte(line, '-')
			return line + ending + line[:dash+1] + " " + resource, true
		})
	}
	return onLine(text, last.Line, func(line string) (string, bool) {
		before, _, ok := strings.Cut(line, "]")
		inside := strings.TrimRight(before, " ")
		return inside + ", " + resource + line[len(inside):], ok
	})
}

// dashed tells whether an item stands behind a dash on a line of its own.
func dashed(text []byte, item *load.Node) bool {
	lines := strings.Split(string(text), "\n")
	return item.Line > 0 && item.Line <= len(lines) && strings.HasPrefix(strings.TrimLeft(lines[item.Line-1], " "), "- ")
}

// onLine changes one line, without the ending that it has.
func onLine(text []byte, number int, change func(string) (string, bool)) ([]byte, bool) {
	lines := strings.Split(string(text), "\n")
	if number < 1 || number > len(lines) {
		return nil, false
	}
	line, carriage := strings.CutSuffix(lines[number-1], "\r")
	changed, ok := change(line)
	if carriage {
		changed += "\r"
	}
	lines[number-1] = changed
	return []byte(strings.Join(lines, "\n")), ok
}
