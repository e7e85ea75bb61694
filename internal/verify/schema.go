package verify

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// Schemas is how objects are held to JSON schemas.
type Schemas struct {
	// Locations are where schemas are, as kubeconform takes them. Without any,
	// nothing is held to schemas.
	Locations []string
	// Kubeconform is the path of the program.
	Kubeconform string
}

func (s Schemas) wanted() bool { return len(s.Locations) > 0 }

// validate holds the objects to schemas. The error is that this could not be
// done.
func (e *environment) validate(ctx context.Context, s Schemas, version policy.KubernetesVersion) error {
	if !s.wanted() {
		return nil
	}
	var paths []string
	byPath := map[string]file{}
	for _, f := range e.files {
		if f.encrypted {
			continue // whose values are no longer what a schema wants
		}
		// Not mistaken for a flag.
		path, err := filepath.Abs(filepath.Join(e.dir, filepath.FromSlash(f.at)))
		if err != nil {
			return err
		}
		paths, byPath[path] = append(paths, path), f
	}
	if len(paths) == 0 {
		return nil
	}
	results, err := s.run(ctx, paths, version)
	if err != nil {
		return err
	}
	skipped := map[string]int{}
	seen := map[string]bool{}
	for _, r := range results {
		f, ok := byPath[r.Filename]
		if !ok {
			return fmt.Errorf("kubeconform has looked at %s, which it was not given", diag.Quote(r.Filename))
		}
		seen[r.Filename] = true
		switch r.Status {
		case statusValid:
		case statusSkipped:
			skipped[kindOf(f.Object).GroupVersion().String()+" "+f.Kind]++
		default:
			e.findings = append(e.findings, f.broken(r)...)
		}
	}
	if len(seen) != len(paths) || len(results) != len(paths) {
		return fmt.Errorf("kubeconform has looked at %d of %d objects of %s", len(seen), len(paths), e.name)
	}
	total := 0
	for _, n := range skipped {
		total += n
	}
	if total == len(paths) {
		d := diag.New("", "the schema locations have a schema of none of the %d objects of %s", total, e.name)
		d.Hint = `check --schema-location; a folder is written as in 'schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json', and default is kubeconform's on the network`
		return diag.List{d}
	}
	if total > 0 {
		e.add(report.VerifiedFinding{
			Rule: ruleNoSchema, Severity: diag.Note, File: e.top(),
			Message: "was not held to schemas in full: there is none for " + counted(skipped), Hint: "add another --schema-location",
		})
	}
	return nil
}

// broken are the findings in one object.
func (f file) broken(r result) []report.VerifiedFinding {
	if len(r.Errors) == 0 {
		found := report.VerifiedFinding{Rule: ruleSchema, Severity: diag.Error, Message: "cannot be held to its schema: " + r.Message}
		if f.Kind == "Secret" {
			found.Message = "cannot be held to its schema"
		}
		f.place(&found, nil)
		return []report.VerifiedFinding{found}
	}
	var all []report.VerifiedFinding
	for _, problem := range r.Errors {
		found := report.VerifiedFinding{Rule: ruleSchema, Severity: diag.Error, Message: "does not fit the schema: " + problem.Message}
		if f.Kind == "Secret" {
			found.Message = "does not fit the schema"
		}
		f.place(&found, pointer(problem.Path))
		all = append(all, found)
	}
	return all
}

// pointer is a JSON pointer as a path.
func pointer(text string) []string {
	text = strings.TrimPrefix(text, "/")
	if text == "" {
		return nil
	}
	parts := strings.Split(text, "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts
}
