package golden_test

import (
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// TestEveryFieldIsSet fails for a field of a kind that no valid case sets:
// nothing would hold still what it does.
func TestEveryFieldIsSet(t *testing.T) {
	set := map[string]bool{}
	for _, spec := range specs(t) {
		positions, diags := load.Decode(spec.node, spec.kind.New())
		if diags.HasErrors() {
			continue // A patch that takes something away.
		}
		for path := range positions {
			set[spec.kind.Kind+" "+inBrackets.ReplaceAllString(path, "[*]")] = true
		}
	}
	for _, path := range fieldPaths(t) {
		if !set[path] && !isOfCacheAlone(path) {
			t.Errorf("no valid case sets %s", path)
		}
	}
}

var inBrackets = regexp.MustCompile(`\[[^\]]*\]`)

// TestEveryFieldCounts fails for a field that makes no difference to what any
// case renders: it is not read, or only ever set to its default.
func TestEveryFieldCounts(t *testing.T) {
	counts := map[string]bool{}
	for _, spec := range specs(t) {
		whole, diags := expand.Spec(spec.node, spec.inputs)
		if diags.HasErrors() {
			continue // A patch, which an overlay merges with the rest.
		}
		without(spec.node, reflect.TypeOf(spec.kind.New()), "", func(path string) {
			path = spec.kind.Kind + " " + path
			if !counts[path] {
				rest, diags := expand.Spec(spec.node, spec.inputs)
				counts[path] = diags.HasErrors() || !cmp.Equal(texts(whole), texts(rest))
			}
		})
	}
	for _, path := range fieldPaths(t) {
		// What is about the spec itself is for kustomize to read.
		ofSpec := strings.Contains(path, " metadata.labels") || strings.Contains(path, " metadata.annotations")
		if !counts[path] && !ofSpec && !isOfCacheAlone(path) {
			t.Errorf("%s makes no difference in any case", path)
		}
	}
}

// isOfCacheAlone tells whether a field is one that a kind has because it shares a
// type with an AtticCache, where alone it may count. Cases that must fail hold
// still that others refuse it.
func isOfCacheAlone(path string) bool {
	return path == "TokenSet spec.revocation" || strings.HasPrefix(path, "TokenSet spec.authz.")
}

// spec is one document for atticgen in a case.
type spec struct {
	node   *load.Node
	kind   generators.Kind
	inputs generators.Inputs
}

// specs are all documents for atticgen in the valid cases, each by itself,
// before overlays are merged.
func specs(t *testing.T) []spec {
	t.Helper()
	var found []spec
	for _, name := range cases(t) {
		if !valid(name) {
			continue
		}
		files := read(t, filepath.Join(name, "in"))
		inputs := generators.Inputs{Charts: charts.At(filepath.Join(name, "in"))}
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if path == charts.LockFile {
				continue // It has our apiVersion, and is no spec.
			}
			nodes, diags := load.Parse(name+"/in/"+path, []byte(files[path]))
			if diags.HasErrors() {
				continue // Not a spec, for the case is valid.
			}
			for _, node := range nodes {
				if !expand.IsSpec(node) {
					continue
				}
				kind, ok := generators.Find(v1alpha1.APIVersion, node.Get("kind").Value)
				if !ok {
					t.Fatalf("%s/in/%s has a kind that nobody knows", name, path)
				}
				found = append(found, spec{node, kind, inputs})
			}
		}
	}
	return found
}

// without calls f for each value in a document, while that value is missing.
func without(node *load.Node, t reflect.Type, path string, f func(path string)) {
	switch t.Kind() {
	case reflect.Pointer:
		without(node, t.Elem(), path, f)
	case reflect.Map, reflect.Struct:
		all := node.Entries
		for i, entry := range all {
			of, at := below(t, path, entry.Key)
			node.Entries = slices.Delete(slices.Clone(all), i, i+1)
			f(at)
			node.Entries = all
			without(entry.Value, of, at, f)
		}
	case reflect.Slice:
		all := node.Items
		for i, item := range all {
			node.Items = slices.Delete(slices.Clone(all), i, i+1)
			f(path + "[*]")
			node.Items = all
			without(item, t.Elem(), path+"[*]", f)
		}
	}
}

// below is the type and the path of the value of a key.
func below(t reflect.Type, path, key string) (reflect.Type, string) {
	if t.Kind() == reflect.Map {
		return t.Elem(), path + "[*]"
	}
	return fieldsOf(t)[key], strings.TrimPrefix(path+"."+key, ".")
}

// fieldPaths are the paths of all values that specs can hold, each after its
// kind; keys of maps and places in lists are wildcards.
func fieldPaths(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, kind := range generators.Kinds() {
		for _, path := range leaves(reflect.TypeOf(kind.New()), "") {
			paths = append(paths, kind.Kind+" "+path)
		}
	}
	if len(paths) < 100 {
		t.Fatalf("only %d fields were found", len(paths))
	}
	return paths
}

func leaves(t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return leaves(t.Elem(), path)
	case reflect.Map, reflect.Slice:
		if t.Elem().Kind() == reflect.Interface {
			return []string{path} // A chart's values, in the chart's own shape.
		}
		return leaves(t.Elem(), path+"[*]")
	case reflect.Struct:
		var all []string
		fields := fieldsOf(t)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			all = append(all, leaves(fields[name], strings.TrimPrefix(path+"."+name, "."))...)
		}
		return all
	default:
		return []string{path}
	}
}

// fieldsOf are the types of a struct's fields by the names that they have in a
// spec; the fields of an inlined struct stand in its place.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if options == "inline" {
			maps.Copy(fields, fieldsOf(field.Type))
			continue
		}
		fields[name] = field.Type
	}
	return fields
}
