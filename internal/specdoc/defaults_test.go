package specdoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

// What the comments say must be what is filled in: every default that is a
// value, or none, is compared. Defaults in sentences are not.
func TestDefaultsAreTrue(t *testing.T) {
	doc, err := Kind(v1alpha1.KindAtticCache)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, f := range all(doc.Fields) {
		want, literal := literalDefault(f)
		if !literal {
			continue
		}
		compared++
		var got []string
		for _, spec := range defaulted(t) {
			expected := want
			if strings.HasPrefix(want, "spec.") {
				expected = at(spec, want)
			}
			expected = strings.ReplaceAll(expected, "<name>", "attic")
			// What is left out of the defaulted spec as well has its default
			// from the program that reads it.
			found := at(spec, f.Path)
			if found == expected || found == "" && expected == "false" || found == "" && want == "spec.gc.retention" {
				got = nil
				break
			}
			got = append(got, found)
		}
		if got != nil {
			t.Errorf("%s: the comment says %q, the code fills in %q", f.Path, want, got)
		}
	}
	if compared < 60 {
		t.Errorf("only %d defaults were compared", compared)
	}
}

func all(fields []Field) []Field {
	var found []Field
	for _, f := range fields {
		found = append(append(found, f), all(f.Fields)...)
	}
	return found
}

// literalDefault is a default as the defaulted spec holds it, and whether it is
// one that can be compared.
func literalDefault(f Field) (string, bool) {
	text, reason := cutReason(f.Default)
	switch {
	case f.Required || text == "" || reason == "(Kubernetes)":
		return "", false
	case text == none || text == notWanted:
		return "", true
	case strings.HasPrefix(f.Type, "list of "):
		return text, true
	case strings.HasPrefix(text, `"`):
		return strings.Trim(text, `"`), true
	default:
		return text, !strings.Contains(text, " ")
	}
}

// defaulted are specs with their defaults, as JSON has them: one with nothing
// in it, and one with everything that is optional or has another mode.
func defaulted(t *testing.T) []any {
	t.Helper()
	smallest := v1alpha1.AtticCache{Metadata: v1alpha1.Metadata{Name: "attic"}}
	smallest.Spec.Storage.Endpoint = "https://s3.example.com"
	largest := smallest
	largest.Spec.Caches = map[string]v1alpha1.Cache{"NAME": {}}
	largest.Spec.GC = &v1alpha1.GarbageCollector{Mode: atticcache.ModeCronJob}
	largest.Spec.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
	largest.Spec.Tolerations = []v1alpha1.Toleration{{}}

	var specs []any
	for _, spec := range []v1alpha1.AtticCache{smallest, largest} {
		content, err := json.Marshal(atticcache.Default(spec))
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		var decoded any
		if err := decoder.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		specs = append(specs, decoded)
	}
	return specs
}

// at is the value at a path as comments write it: lists with "and", absent and
// empty ones as nothing.
func at(value any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		name, isList := strings.CutSuffix(name, "[]")
		block, _ := value.(map[string]any)
		value = block[name]
		if items, ok := value.([]any); ok && isList && len(items) > 0 {
			value = items[0]
		}
	}
	switch value := value.(type) {
	case nil:
		return ""
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = fmt.Sprint(item)
		}
		return strings.Join(items, " and ")
	default:
		return fmt.Sprint(value)
	}
}
