package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Numbers of charts are the same by both ways, and whole ones as they are written.
func TestLargeNumbers(t *testing.T) {
	for _, number := range []string{"12345678901234567890", "9223372036854775808", "-9223372036854775808", "1.50", "1e3", "123456789012345678901234567890", "0.1234567890123456789"} {
		o, err := manifest.FromTyped(&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Demo", "metadata": map[string]any{"name": "demo"}, "number": json.Number(number),
		}})
		if err != nil {
			t.Fatal(err)
		}
		again, err := manifest.FromYAML(o.YAML())
		if err != nil {
			t.Fatal(err)
		}
		if string(o.YAML()) != string(again.YAML()) {
			t.Errorf("%s\n%s", o.YAML(), again.YAML())
		}
		if want, whole := "number: "+number+"\n", len(number) <= 20 && !strings.ContainsAny(number, ".e"); whole && !strings.Contains(string(o.YAML()), want) {
			t.Errorf("want %sgot %s", want, o.YAML())
		}
	}
}
