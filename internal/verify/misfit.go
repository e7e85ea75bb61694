package verify

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// sopsHint is for whoever takes an object for encrypted that verify does not:
// Flux decrypts whatever has a sops field with a mac.
const sopsHint = "only a Secret all of whose values SOPS has encrypted may have it; Flux would try to decrypt any object with it, but what other kinds encrypt could not be checked"

// misfit is a value that is not what the type of its field wants.
type misfit struct {
	path          []string
	message, hint string
}

// search compares decoded JSON with the Go type that it is decoded into, by the
// rules of encoding/json. Messages show no values: a password that was not
// quoted is one, too.
type search struct {
	misfits []misfit
}

func (s *search) report(path []string, message, hint string) {
	s.misfits = append(s.misfits, misfit{slices.Clone(path), message, hint})
}

func (s *search) value(v any, t reflect.Type, path []string) {
	if v == nil {
		return // which is the same as leaving it out
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		s.custom(v, t, path)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		s.structure(v, t, path)
	case reflect.Map:
		fields, ok := v.(map[string]any)
		if !ok {
			s.wants(path, "a map", v)
			return
		}
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			s.value(fields[key], t.Elem(), append(path, key))
		}
	case reflect.Slice, reflect.Array:
		s.list(v, t, path)
	case reflect.String:
		if _, ok := v.(string); !ok {
			s.wants(path, "text", v)
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			s.wants(path, "true or false", v)
		}
	case reflect.Interface:
	default:
		s.number(v, t, path)
	}
}

// custom is about types that read themselves, such as quantities.
func (s *search) custom(v any, t reflect.Type, path []string) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, reflect.New(t).Interface())
	}
	switch {
	case err == nil:
	case t == reflect.TypeFor[resource.Quantity]():
		s.report(path, "is no quantity", "write a number, with a unit if there is one, as in 500m or 2Gi")
	default:
		s.report(path, "is no "+t.Name(), "")
	}
}

func (s *search) structure(v any, t reflect.Type, path []string) {
	fields, ok := v.(map[string]any)
	if !ok {
		s.wants(path, "a map", v)
		return
	}
	known := map[string]reflect.Type{}
	jsonFields(t, known)
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if field, ok := known[key]; ok {
			s.value(fields[key], field, append(path, key))
			continue
		}
		hint := suggestion(key, slices.Sorted(maps.Keys(known)))
		if key == "sops" && len(path) == 0 {
			hint = sopsHint
		}
		s.report(append(path, key), "is not a field of "+t.Name(), hint)
	}
}

// jsonFields are the fields of a struct by their names in JSON. Those of embedded
// structs without a name count as its own, unless it has one of that name.
func jsonFields(t reflect.Type, into map[string]reflect.Type) {
	var embedded []reflect.Type
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-":
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			embedded = append(embedded, inner)
		case !f.IsExported():
		case name == "":
			into[f.Name] = f.Type
		default:
			into[name] = f.Type
		}
	}
	for _, inner := range embedded {
		below := map[string]reflect.Type{}
		jsonFields(inner, below)
		for name, field := range below {
			if _, taken := into[name]; !taken {
				into[name] = field
			}
		}
	}
}

func (s *search) list(v any, t reflect.Type, path []string) {
	if t.Elem().Kind() == reflect.Uint8 {
		text, ok := v.(string)
		if !ok {
			s.wants(path, "text", v)
		} else if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			s.report(path, "is not base64", "write what `base64 --wrap=0` prints; plain text goes into stringData")
		}
		return
	}
	items, ok := v.([]any)
	if !ok {
		s.wants(path, "a list", v)
		return
	}
	for i, item := range items {
		s.value(item, t.Elem(), append(path, strconv.Itoa(i)))
	}
}

func (s *search) number(v any, t reflect.Type, path []string) {
	var text string
	switch n := v.(type) {
	case json.Number:
		text = n.String()
	case uint64:
		text = strconv.FormatUint(n, 10)
	default:
		s.wants(path, "a number", v)
		return
	}
	var err error
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		_, err = strconv.ParseFloat(text, t.Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		_, err = strconv.ParseUint(text, 10, t.Bits())
	default:
		_, err = strconv.ParseInt(text, 10, t.Bits())
	}
	if err != nil {
		s.wants(path, "a whole number of "+strconv.Itoa(t.Bits())+" bits", v)
	}
}

// wants reports a value of the wrong type.
func (s *search) wants(path []string, wanted string, v any) {
	shape, hint := "a map", ""
	switch v.(type) {
	case []any:
		shape = "a list"
	case string:
		shape = "text"
		if wanted != "a map" && wanted != "a list" {
			hint = "write it without quotes"
		}
	case bool:
		shape = "true or false"
	case json.Number, uint64:
		shape = "a number"
		if strings.HasPrefix(wanted, "a whole number") {
			shape = "another number"
		}
	}
	if wanted == "text" && (shape == "a number" || shape == "true or false") {
		hint = "write it in quotes"
	}
	s.report(path, "wants "+wanted+", has "+shape, hint)
}
