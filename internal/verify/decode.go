package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	kubejson "sigs.k8s.io/json"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// decode reads every object into the type of its kind, as the API server does
// when it is told to be strict.
func (e *environment) decode(t types, version policy.KubernetesVersion) {
	unknown := map[string]int{}
	encrypted := 0
	for _, f := range e.files {
		kind := kindOf(f.Object)
		into, known := t.of(kind)
		switch {
		case !known && t.own[kind.Group] && !t.serves(kind, version):
			// Which lifecycles reports.
		case !known:
			unknown[kind.GroupVersion().String()+" "+kind.Kind]++
		default:
			if f.encrypted {
				encrypted++
			}
			e.findings = append(e.findings, f.decode(into)...)
		}
	}
	if len(unknown) > 0 {
		e.add(report.VerifiedFinding{
			Rule: ruleUnknownKind, Severity: diag.Note, File: e.top(),
			Message: "was not decoded in full: no type is known for " + counted(unknown),
			Hint:    "give --schema-location to hold them to schemas",
		})
	}
	if encrypted > 0 {
		e.add(report.VerifiedFinding{
			Rule: ruleUnknownKind, Severity: diag.Note, File: e.top(),
			Message: fmt.Sprintf("was not decoded in full: SOPS has encrypted the values of %d Secrets", encrypted),
		})
	}
}

// counted is a list of kinds, with how many objects there are of each.
func counted(kinds map[string]int) string {
	var parts []string
	for kind, n := range kinds {
		parts = append(parts, fmt.Sprintf("%s (%d)", kind, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// decode reads one object. Kubernetes' decoder has the verdict; where it finds
// something, the fields are gone through to say where.
func (f file) decode(into any) []report.VerifiedFinding {
	fields := f.Fields
	if f.encrypted {
		fields = readable(fields)
	}
	data, err := json.Marshal(fields)
	var strict []error
	if err == nil {
		strict, err = kubejson.UnmarshalStrict(data, into)
	}
	if err = errors.Join(append(strict, err)...); err == nil {
		return nil
	}
	var s search
	s.value(fields, reflect.TypeOf(into), nil)
	if len(s.misfits) == 0 {
		// The error itself may show a value.
		s.misfits = []misfit{{message: "cannot be decoded as " + kindOf(f.Object).GroupVersion().String() + " " + f.Kind}}
	}
	var found []report.VerifiedFinding
	for _, m := range s.misfits {
		finding := report.VerifiedFinding{Rule: ruleDecode, Severity: diag.Error, Message: m.message, Hint: m.hint}
		f.place(&finding, m.path)
		found = append(found, finding)
	}
	return found
}
