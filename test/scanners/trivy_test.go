package scanners_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// trivy judges each object by itself. The program is that in the folder trivy.
func trivy(t *testing.T) scanner {
	program := program(t, "trivy")
	return scanner{
		name: "Trivy",
		run: func(streams []stream) (map[string][]string, []finding, error) {
			byFile := map[string]stream{}
			var files []string
			for _, s := range streams {
				byFile[s.file] = s
				files = append(files, s.file)
			}
			out, err := execute(program, files...)
			if err != nil {
				return nil, nil, err
			}
			return trivyAnswers(out, byFile)
		},
		sees: func(string) bool { return true },
	}
}

// trivyAnswers reads what the program writes. An object is seen if all checks have
// an answer about it.
func trivyAnswers(out []byte, streams map[string]stream) (map[string][]string, []finding, error) {
	checks := map[string]bool{}
	answered := map[string]map[string]bool{}
	seen := map[string][]string{}
	var findings []finding
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var a struct {
			File, Check, Severity, Message string
			Index                          int
			Passed                         bool
		}
		err := decoder.Decode(&a)
		if errors.Is(err, io.EOF) {
			break
		}
		s, ok := streams[a.File]
		if err != nil || !ok || a.Index >= len(s.objects) {
			return nil, nil, fmt.Errorf("no answer that can be read (%w): %+v", err, a)
		}
		id := fmt.Sprint(a.File, " ", a.Index)
		object := key(s.objects[a.Index])
		if answered[id] == nil {
			answered[id] = map[string]bool{}
			seen[a.File] = append(seen[a.File], object)
		}
		checks[a.Check], answered[id][a.Check] = true, true
		if !a.Passed {
			findings = append(findings, finding{environment: s.environment, object: object, check: a.Check, severity: strings.ToLower(a.Severity), says: a.Message})
		}
	}
	for id, got := range answered {
		if len(got) != len(checks) {
			return nil, nil, fmt.Errorf("%d checks of %d have an answer about %s", len(got), len(checks), id)
		}
	}
	// In the order that checks happen to be in otherwise.
	slices.SortStableFunc(findings, func(a, b finding) int { return strings.Compare(a.check, b.check) })
	return seen, findings, nil
}
