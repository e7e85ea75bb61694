package scanners_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// kubeconform holds objects to JSON schemas.
func kubeconform(t *testing.T) scanner {
	program := testbin.Kubeconform(t)
	location := filepath.Join(schemas(t), "{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json")
	return scanner{
		name: "kubeconform",
		run: func(streams []stream) (map[string][]string, []finding, error) {
			args := []string{"-strict", "-verbose", "-output", "json", "-schema-location", location}
			byFile := map[string]stream{}
			for _, s := range streams {
				byFile[s.file] = s
				args = append(args, s.file)
			}
			out, err := execute(program, args...)
			if err != nil {
				return nil, nil, err
			}
			var answers struct{ Resources []conformity }
			if err := json.Unmarshal(out, &answers); err != nil {
				return nil, nil, fmt.Errorf("%w in %q", err, out)
			}
			seen := map[string][]string{}
			var findings []finding
			for _, c := range answers.Resources {
				s := byFile[c.Filename]
				i := slices.IndexFunc(s.objects, func(object *unstructured.Unstructured) bool {
					return object.GetKind() == c.Kind && object.GetName() == c.Name && !slices.Contains(seen[s.file], key(object))
				})
				if i < 0 {
					return nil, nil, fmt.Errorf("%s: an answer about no object: %+v", s.environment, c)
				}
				object := key(s.objects[i])
				seen[s.file] = append(seen[s.file], object)
				if c.Status != "statusValid" {
					findings = append(findings, finding{environment: s.environment, object: object, check: c.Status, severity: "error", says: c.Msg})
				}
			}
			return seen, findings, nil
		},
		sees: func(string) bool { return true },
	}
}

// conformity is what kubeconform says about an object.
type conformity struct{ Filename, Kind, Name, Status, Msg string }
