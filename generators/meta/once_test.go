package meta_test

import (
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/meta"
)

func TestOnce(t *testing.T) {
	name := func(name string, spec any) string {
		t.Helper()
		name, annotations, err := meta.Once(name, spec)
		if err != nil || len(annotations) == 0 {
			t.Errorf("%v, %v", annotations, err)
		}
		return name
	}
	first := name("migrate", map[string]any{"a": 1, "b": 2})
	if first != name("migrate", map[string]any{"b": 2, "a": 1}) {
		t.Error("the order of a map changes the name")
	}
	if first == name("migrate", map[string]any{"a": 1, "b": 3}) {
		t.Error("another spec has the same name")
	}
	if !strings.HasPrefix(first, "migrate-") {
		t.Errorf("name %s", first)
	}
	// Pods carry the name of their Job as a label.
	if long := name(strings.Repeat("a", 51)+"-"+strings.Repeat("b", 50), nil); len(long) > 63 || strings.Contains(long, "--") {
		t.Errorf("name %s of %d characters", long, len(long))
	}
	if _, _, err := meta.Once("migrate", func() {}); err == nil {
		t.Error("a function has been written")
	}
}
