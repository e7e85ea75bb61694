package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// hostile are values that nobody expects anywhere.
func hostile() []any {
	return []any{
		nil, true, "", "-", "\x1b[2J\n", "$(", "@", "://:@", "1e99999999", "-1%", "99999999999999999999%", strings.Repeat("a.", 300),
		json.Number("-9223372036854775808"), json.Number("9223372036854775807"), json.Number("1e400"), json.Number("2147483648"), uint64(1 << 63), float64(1),
		[]any{},
		[]any{nil, "a", []any{[]any{}}, map[string]any{"": nil}},
		map[string]any{},
		map[string]any{"": map[string]any{"a": []any{nil}}},
		map[string]any{"matchLabels": map[string]any{"a": json.Number("1")}, "matchExpressions": []any{map[string]any{"operator": "?"}}},
	}
}

func TestRulesOnHostileObjects(t *testing.T) {
	environments := rendered(t)
	for _, name := range []string{"everything/only", "platform/whole", "service-everything/only", "postgres-everything/only", "object-patches/only", "helm-chart-delivered/flux-repository", "helm-chart-delivered/argocd"} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			for range 20 {
				objects := copied(t, environments[name])
				for i := range objects {
					for range 1 + random.IntN(3) {
						mangle(objects[i].Fields, random)
					}
				}
				checkAll(t, objects)
			}
		})
	}
}

func TestRulesOnBareObjects(t *testing.T) {
	seen := map[manifest.ID]bool{}
	var bare, hollow []manifest.Object
	for _, objects := range rendered(t) {
		for _, o := range objects {
			kind := manifest.ID{Group: o.Group, Kind: o.Kind, Name: "a"}
			if seen[kind] {
				continue
			}
			seen[kind] = true
			bare = append(bare, manifest.Object{ID: kind})
			for _, v := range hostile() {
				for _, key := range []string{"spec", "data", "metadata", "subjects"} {
					hollow = append(hollow, manifest.Object{ID: kind, Fields: map[string]any{key: v}})
				}
			}
		}
	}
	checkAll(t, bare)
	checkAll(t, hollow)
}

// checkAll holds objects to all rules, and what they say to what can be printed.
func checkAll(t *testing.T, objects []manifest.Object) {
	t.Helper()
	for _, r := range Rules() {
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					t.Errorf("%s panics: %v", r.ID, problem)
				}
			}()
			for _, f := range r.Check(Input{Objects: objects}) {
				if len(f.Message) > 4000 {
					t.Errorf("%s says %d bytes of %s", r.ID, len(f.Message), f.Object)
				}
			}
		}()
	}
	if list := Check("a", objects); list.HasErrors() && list.Err() == nil {
		t.Error(diag.Escape(fmt.Sprint(list)))
	}
}

// mangle puts a hostile value somewhere below a map.
func mangle(fields map[string]any, random *rand.Rand) {
	var at any = fields
	for {
		switch v := at.(type) {
		case map[string]any:
			if len(v) == 0 {
				return
			}
			keys := slices.Sorted(maps.Keys(v))
			key := keys[random.IntN(len(keys))]
			if stop(v[key], random) {
				v[key] = hostile()[random.IntN(len(hostile()))]
				return
			}
			at = v[key]
		case []any:
			if len(v) == 0 {
				return
			}
			i := random.IntN(len(v))
			if stop(v[i], random) {
				v[i] = hostile()[random.IntN(len(hostile()))]
				return
			}
			at = v[i]
		}
	}
}

// stop tells whether to go no deeper.
func stop(v any, random *rand.Rand) bool {
	switch v.(type) {
	case map[string]any, []any:
		return random.IntN(4) == 0
	default:
		return true
	}
}

func copied(t *testing.T, objects []manifest.Object) []manifest.Object {
	t.Helper()
	var all []manifest.Object
	for _, o := range objects {
		fresh, err := manifest.FromYAML(o.YAML())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fresh)
	}
	return all
}
