package load

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func (d *decoder) scalar(n *Node, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if !n.Plain || d.isText(n, path, v.Type()) {
			v.SetString(n.Value)
		}
	case reflect.Bool:
		if d.isBool(n, path) {
			v.SetBool(n.Value == "true")
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if d.isInt(n, path) {
			d.integer(n, path, v)
		}
	default:
		panic(fmt.Sprintf("load: cannot decode into %s at %s", v.Type(), path))
	}
}

// isText checks that every parser reads a plain scalar as text, or, for a type
// that holds numbers by their source text, as that number.
func (d *decoder) isText(n *Node, path string, t reflect.Type) bool {
	read := readAs(n.Value)
	if read == "" || holdsNumbers(t) && decimal.MatchString(n.Value) {
		return true
	}
	d.report(n, path, "is read as "+read+" by some YAML parsers", "write it in quotes: "+diag.Quote(n.Value))
	return false
}

// holdsNumbers reports whether 2 and "2" mean the same in a string type. A
// duration of 2 lacks its unit either way, which validation says better than a
// word about quotes.
func holdsNumbers(t reflect.Type) bool {
	return t == reflect.TypeFor[v1alpha1.Quantity]() || t == reflect.TypeFor[v1alpha1.IntOrPercent]() ||
		t == reflect.TypeFor[v1alpha1.Duration]()
}

func (d *decoder) isBool(n *Node, path string) bool {
	if n.Plain && (n.Value == "true" || n.Value == "false") {
		return true
	}
	hint := "write true or false"
	switch meant := likelyBool(n.Value); {
	case meant == "":
	case n.Plain || n.Value != meant:
		hint = "write " + meant
	default:
		hint = "write it without quotes: " + meant
	}
	d.report(n, path, "wants true or false, has "+diag.Quote(n.Value), hint)
	return false
}

// likelyBool returns what someone who wrote the text probably meant, or "".
func likelyBool(text string) string {
	switch strings.ToLower(text) {
	case "true", "yes", "y", "on", "1":
		return "true"
	case "false", "no", "n", "off", "0":
		return "false"
	}
	return ""
}

func (d *decoder) isInt(n *Node, path string) bool {
	whole := wholeNumber.MatchString(n.Value)
	if n.Plain && whole {
		return true
	}
	hint := "write digits alone, as in 10"
	if whole {
		hint = "write it without quotes: " + diag.Cut(n.Value)
	}
	d.report(n, path, "wants a whole number, has "+diag.Quote(n.Value), hint)
	return false
}

func (d *decoder) integer(n *Node, path string, v reflect.Value) {
	i, err := strconv.ParseInt(n.Value, 10, v.Type().Bits())
	if err != nil {
		largest := int64(1)<<(v.Type().Bits()-1) - 1
		d.report(n, path, "is "+diag.Cut(n.Value)+", out of range",
			fmt.Sprintf("write a number from %d to %d", -largest-1, largest))
		return
	}
	v.SetInt(i)
}
