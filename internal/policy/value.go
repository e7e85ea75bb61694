package policy

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// value is a value within an object, which knows where it is. Whatever the
// object is like, nothing is found in a value of another type than is asked for.
type value struct {
	raw  any
	path []string
}

// root is an object's own.
func root(o manifest.Object) value { return value{raw: o.Fields} }

// at is what stands under keys, one within the other.
func (v value) at(keys ...string) value {
	return value{raw: manifest.Lookup(v.raw, keys...), path: slices.Concat(v.path, keys)}
}

// exists tells whether there is a value.
func (v value) exists() bool { return v.raw != nil }

// items are those of a list.
func (v value) items() []value {
	list, _ := v.raw.([]any)
	all := make([]value, len(list))
	for i, item := range list {
		all[i] = value{raw: item, path: slices.Concat(v.path, []string{strconv.Itoa(i)})}
	}
	return all
}

// fields are the values of a map, sorted by their keys.
func (v value) fields() []value {
	fields, _ := v.raw.(map[string]any)
	var all []value
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		all = append(all, v.at(key))
	}
	return all
}

// key is the last of the path.
func (v value) key() string {
	if len(v.path) == 0 {
		return ""
	}
	return v.path[len(v.path)-1]
}

// text is a string; empty when it is none.
func (v value) text() string {
	text, _ := v.raw.(string)
	return text
}

// is tells whether the value is true.
func (v value) is(want bool) bool {
	got, ok := v.raw.(bool)
	return ok && got == want
}

// number is a whole number; false when it is none.
func (v value) number() (int64, bool) {
	number, _ := v.raw.(json.Number)
	n, err := number.Int64()
	return n, err == nil
}

// labels are a map's strings.
func (v value) labels() map[string]string {
	fields, _ := v.raw.(map[string]any)
	all := make(map[string]string, len(fields))
	for key, item := range fields {
		all[key], _ = item.(string)
	}
	return all
}
