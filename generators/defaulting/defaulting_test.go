package defaulting

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

type block struct {
	Number *int
	List   []*block
	Table  map[string]block
	Free   map[string]any
}

func TestDeepCopySharesNothing(t *testing.T) {
	original := block{
		Number: new(1),
		List:   []*block{{Number: new(2)}},
		Table:  map[string]block{"a": {Number: new(3)}},
		Free:   map[string]any{"a": map[string]any{"b": []any{1}}, "null": nil},
	}
	copied := DeepCopy(original)
	if diff := cmp.Diff(original, copied); diff != "" {
		t.Fatal(diff)
	}
	*copied.Number, *copied.List[0].Number, *copied.Table["a"].Number = 10, 20, 30
	copied.Table["b"] = block{}
	copied.Free["a"].(map[string]any)["b"].([]any)[0] = 2
	if *original.Number != 1 || *original.List[0].Number != 2 || *original.Table["a"].Number != 3 || len(original.Table) != 1 {
		t.Errorf("%+v", original)
	}
	if got := original.Free["a"].(map[string]any)["b"].([]any)[0]; got != 1 {
		t.Errorf("a value of any shape became %v", got)
	}
	if empty := DeepCopy(block{}); empty.List != nil || empty.Table != nil {
		t.Error("nothing became something")
	}
}
