package verify

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

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

// LocationForm says how a location is written.
const LocationForm = `schemas in a folder are written as in 'schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json', likewise below a URL, and default is kubeconform's own on the network`

// validate holds the objects to schemas. The error is that this could not be
// done.
func (e *environment) validate(ctx context.Context, s Schemas, version policy.KubernetesVersion) error {
	if len(s.Locations) == 0 {
		for _, rule := range []string{ruleSchema, ruleNoSchema} {
			e.unasked[rule] = "no --schema-location"
		}
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
	if err := undownloaded(results, e.name); err != nil {
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
		d.Hint = "check --schema-location; " + LocationForm
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
	finding := func(at []string, message, detail string) report.VerifiedFinding {
		if f.Kind != "Secret" && detail != "" { // whose keys the detail may show
			message += ": " + detail
		}
		found := report.VerifiedFinding{Rule: ruleSchema, Severity: diag.Error, Message: message}
		f.place(&found, at)
		return found
	}
	var all []report.VerifiedFinding
	for _, problem := range r.problems() {
		all = append(all, finding(problem.path, "does not fit the schema", withoutValue(problem.message)))
	}
	switch {
	case len(all) > 0:
	case r.Status == statusInvalid:
		// In words that are not known, and may show a value.
		all = append(all, finding(nil, "does not fit the schema", ""))
	default:
		all = append(all, finding(nil, "cannot be held to its schema", r.Message))
	}
	return all
}

// problems are what breaks a schema, from the message: the list beside it leaves
// out what is nested.
func (r result) problems() []misfit {
	var all []misfit
	places := schemaProblem().FindAllStringSubmatchIndex(r.Message, -1)
	for i, place := range places {
		end := len(r.Message)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		message := strings.TrimSpace(r.Message[place[1]:end])
		if message == "validation failed" {
			continue // for the reasons that follow
		}
		at := r.Message[place[2]:place[3]]
		// It stands there as in Go, but in single quotes.
		if plain, err := strconv.Unquote(`"` + strings.NewReplacer(`\'`, `'`, `"`, `\"`).Replace(at) + `"`); err == nil {
			at = plain
		}
		all = append(all, misfit{path: pointer(at), message: message})
	}
	return all
}

// schemaProblem is how kubeconform begins each problem.
var schemaProblem = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(` - at '((?:[^'\\]|\\.)*)': `)
})

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
