package scanners_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/test/crds"
)

// schemas is a folder with the JSON schema of every kind: of those built in as
// Kubernetes publishes them in its own module, of custom resources from their
// definitions. Nothing is fetched from where kubeconform would look by itself.
func schemas(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	definitions := kubernetesDefinitions(t)
	write(t, filepath.Join(dir, "definitions.json"), map[string]any{"definitions": strict(definitions)})
	for name, definition := range definitions {
		var kinds struct {
			GVKs []schema.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
		}
		remarshal(t, definition, &kinds)
		for _, gvk := range kinds.GVKs {
			write(t, schemaFile(dir, gvk), map[string]any{"$ref": "definitions.json#/definitions/" + name})
		}
	}
	for _, crd := range crds.All(t) {
		for _, v := range crd.Spec.Versions {
			var root map[string]any
			remarshal(t, v.Schema.OpenAPIV3Schema, &root)
			write(t, schemaFile(dir, schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind}), strict(root))
		}
	}
	return dir
}

func kubernetesDefinitions(t *testing.T) map[string]any {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "api", "openapi-spec", "swagger.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Definitions map[string]any }
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	return document.Definitions
}

// schemaFile is where kubeconform is told to look. It takes the version for the
// group of what has none.
func schemaFile(dir string, gvk schema.GroupVersionKind) string {
	return filepath.Join(dir, strings.ToLower(gvk.Kind)+"-"+cmp.Or(gvk.Group, gvk.Version)+"-"+gvk.Version+".json")
}

// strict is what OpenAPI means, said in JSON Schema: fields that are not named are
// unknown, and a number may stand where either will do.
func strict(node any) any {
	switch node := node.(type) {
	case []any:
		all := make([]any, len(node))
		for i, item := range node {
			all[i] = strict(item)
		}
		return all
	case map[string]any:
		return strictObject(node)
	}
	return node
}

func strictObject(node map[string]any) map[string]any {
	if node["format"] == "int-or-string" || node["x-kubernetes-int-or-string"] == true {
		return map[string]any{"type": []any{"integer", "string"}}
	}
	all := maps.Clone(node)
	for name, value := range node {
		all[name] = strict(value)
	}
	// A schema has properties; a property may be called so, too.
	_, hasProperties := node["properties"].(map[string]any)
	_, isSchema := node["type"].(string)
	if hasProperties && isSchema && node["additionalProperties"] == nil && node["x-kubernetes-preserve-unknown-fields"] != true {
		all["additionalProperties"] = false
	}
	if kind, ok := node["type"].(string); ok && node["nullable"] == true {
		all["type"] = []any{kind, "null"}
	}
	return all
}

func write(t *testing.T, file string, content any) {
	t.Helper()
	data, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// remarshal reads one form of the same thing as another.
func remarshal(t *testing.T, from, to any) {
	t.Helper()
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}
