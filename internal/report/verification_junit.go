package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// The parts of JUnit's format that GitLab and others read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Failure   *junitMessage `xml:"failure"`
		Skipped   *junitMessage `xml:"skipped"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes each environment as a suite and each rule as a test of it, so
// that a pipeline shows what was asked as well as what was found. What fails the run
// fails a test; one with nothing but waived findings, or that was not asked, is skipped; the
// rest is its output.
func writeJUnit(w io.Writer, v Verification) error {
	all := junitSuites{Name: "atticgen verify"}
	for _, e := range v.Environments {
		suite := junitSuite{
			Name: diag.Escape(e.Name), Timestamp: v.Date.Format(time.DateOnly) + "T00:00:00",
			Properties: []junitProperty{
				{Name: "folder", Value: diag.Escape(e.Folder)},
				{Name: "kubernetes", Value: diag.Escape(v.Kubernetes)},
				{Name: "objects", Value: fmt.Sprint(e.Objects)},
			},
		}
		for _, r := range asked(v.Rules, e) {
			one := testCase(e, r, v.FailOn)
			suite.Tests++
			if one.Failure != nil {
				suite.Failures++
			}
			if one.Skipped != nil {
				suite.Skipped++
			}
			suite.Cases = append(suite.Cases, one)
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Skipped += suite.Skipped
		all.Suites = append(all.Suites, suite)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// asked are the rules, and those that are not among them and were broken all the
// same.
func asked(rules []RuleInfo, e VerifiedEnvironment) []RuleInfo {
	known := map[string]bool{}
	for _, r := range rules {
		known[r.ID] = true
	}
	all := slices.Clip(rules)
	for _, f := range e.Findings {
		if !known[f.Rule] {
			known[f.Rule] = true
			all = append(all, RuleInfo{ID: f.Rule, Severity: f.Severity})
		}
	}
	return all
}

func testCase(e VerifiedEnvironment, r RuleInfo, failOn diag.Severity) junitCase {
	one := junitCase{Name: diag.Escape(r.ID), ClassName: diag.Escape(e.Name)}
	var failed, waived, rest []string
	worst := diag.Warning
	for _, f := range e.Findings {
		if f.Rule != r.ID {
			continue
		}
		if one.File == "" {
			one.File = diag.Escape(e.where(f))
		}
		line := strings.Join(append([]string{join(": ", f.place(), f.sentence())}, f.diffLines()...), "\n    ")
		switch {
		case f.Waived != nil:
			waived = append(waived, line+" ("+f.Waived.String()+")")
		case f.Severity == diag.Note, f.Severity == diag.Warning && failOn != diag.Warning:
			rest = append(rest, string(f.Severity)+": "+line)
		case f.Severity == diag.Warning:
			failed = append(failed, string(f.Severity)+": "+line)
		default:
			worst = diag.Error
			failed = append(failed, line)
		}
	}
	what := "error"
	if failOn == diag.Warning {
		what = "finding"
	}
	switch {
	case len(failed) > 0:
		one.Failure = &junitMessage{
			Message: join(": ", plural(len(failed), what), diag.Escape(r.Title)), Type: string(worst),
			Text: strings.Join(failed, "\n"),
		}
		rest = append(rest, waived...)
	case len(waived) > 0 && len(rest) == 0:
		one.Skipped = &junitMessage{Message: strings.Join(waived, "; ")}
	case len(waived)+len(rest) == 0 && e.Unasked[r.ID] != "":
		one.Skipped = &junitMessage{Message: diag.Escape(e.Unasked[r.ID])}
	default:
		rest = append(rest, waived...)
	}
	one.Output = strings.Join(rest, "\n")
	return one
}
