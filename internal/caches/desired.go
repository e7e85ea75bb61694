package caches

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"

	strictjson "sigs.k8s.io/json"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// maxInput is the size of a ConfigMap, which is where the list comes from.
const maxInput = 1 << 20

// hintFields is what an entry must have; null and absent are the same.
const hintFields = "write public, priority and upstreamCacheKeyNames"

// ReadDesired reads the list of caches in the form in which the generator writes
// it: one JSON object of at most 1 MiB. Unknown, repeated and missing fields,
// values out of range and anything after the object are errors. The error is a
// [diag.List] without a file, unless r itself fails.
func ReadDesired(r io.Reader) (map[string]atticcache.DesiredCache, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the list of caches: %w", err)
	}
	if len(data) > maxInput {
		return nil, diag.List{diag.New("", "is larger than 1 MiB")}
	}
	var entries map[string]json.RawMessage
	problems := decode(data, "", &entries)
	if problems.HasErrors() {
		return nil, problems.Err()
	}
	desired := map[string]atticcache.DesiredCache{}
	for name, entry := range entries {
		cache, wrong := readEntry(name, entry)
		desired[name] = cache
		problems = append(problems, wrong...)
	}
	if !problems.HasErrors() {
		problems = check(desired)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return desired, nil
}

func readEntry(name string, entry json.RawMessage) (atticcache.DesiredCache, diag.List) {
	var (
		cache  atticcache.DesiredCache
		fields map[string]json.RawMessage
	)
	path := shownName(name)
	if problems := decode(entry, path, &cache); problems.HasErrors() {
		return cache, problems
	}
	if problems := decode(entry, path, &fields); problems.HasErrors() {
		return cache, problems
	}
	var problems diag.List
	for _, required := range []string{"public", "priority", "upstreamCacheKeyNames"} {
		if value := bytes.TrimSpace(fields[required]); len(value) == 0 || bytes.Equal(value, []byte("null")) {
			problems = append(problems, diag.Diagnostic{Path: path + "." + required, Message: "is missing", Hint: hintFields})
		}
	}
	return cache, problems
}

// decode reads JSON strictly. Field names count with their case, and each once.
func decode(data []byte, path string, into any) diag.List {
	wrong, err := strictjson.UnmarshalStrict(data, into, strictjson.DisallowUnknownFields, strictjson.DisallowDuplicateFields)
	if err != nil {
		return diag.List{undecodable(data, path, err)}
	}
	var problems diag.List
	for _, err := range wrong {
		problems = append(problems, diag.Diagnostic{Path: path, Message: "has the " + cut(err.Error()), Hint: "every field is written once, and is one that the generator writes"})
	}
	return problems
}

func undecodable(data []byte, path string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Path: path, Message: cut(err.Error())}
	if isSyntax, offset := strictjson.SyntaxErrorOffset(err); isSyntax {
		d.Message = "is not one JSON object: " + d.Message
		// The offset counts the character that is wrong.
		before := data[:max(offset-1, 0)]
		d.Line = 1 + bytes.Count(before, []byte("\n"))
		d.Column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
		return d
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrongType.Field != "" {
			d.Path += "." + wrongType.Field
		}
		d.Message, d.Hint = "is a JSON "+cut(wrongType.Value), hintFor(wrongType.Type)
	}
	return d
}

func hintFor(want reflect.Type) string {
	switch want.Kind() {
	case reflect.Bool:
		return "write true or false"
	case reflect.Int32, reflect.Int64:
		return "write a whole number from 0 to 2147483647"
	case reflect.Slice, reflect.String:
		return "write a list of strings"
	default:
		return "write an object"
	}
}

// check says what Attic would not take, or would take wrongly.
func check(desired map[string]atticcache.DesiredCache) diag.List {
	if len(desired) == 0 {
		return diag.List{{Message: "names no cache", Hint: "write an object with the caches under their names"}}
	}
	var problems diag.List
	add := func(path, message, hint string) {
		problems = append(problems, diag.Diagnostic{Path: path, Message: message, Hint: hint})
	}
	for _, name := range slices.Sorted(maps.Keys(desired)) {
		path, cache := shownName(name), desired[name]
		if !cachename.IsName(name) {
			add(path, "is not a name that Attic takes for a cache", cachename.NameHint)
		}
		if cache.Priority < 0 {
			add(path+".priority", fmt.Sprintf("is %d", cache.Priority), "write a number of 0 or more; lower is asked first")
		}
		for i, key := range cache.UpstreamCacheKeyNames {
			if !atticcache.IsKeyName(key) {
				add(fmt.Sprintf("%s.upstreamCacheKeyNames[%d]", path, i), "is "+diag.Quote(key)+", which is not the name of a key", "write the part of the public key before the colon, as in cache.nixos.org-1")
			}
		}
		// Attic's API takes 32 bits of seconds, its database one fewer.
		if s := cache.RetentionSeconds; s != nil && (*s < 0 || *s > math.MaxInt32) {
			add(path+".retentionSeconds", fmt.Sprintf("is %d", *s), "write a number from 0, which keeps everything, to 2147483647, or leave it out")
		}
	}
	return problems
}

// shownName is the name of a cache in a path: quoted unless it is a valid one.
func shownName(name string) string {
	if cachename.IsName(name) {
		return name
	}
	return diag.Quote(name)
}
