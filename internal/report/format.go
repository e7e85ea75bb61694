// Package report writes results that people and programs read: text for a
// terminal, Markdown for a merge request, JSON for a pipeline, and what GitLab and
// GitHub show beside the code.
package report

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Format is a form of output; the zero value is text.
type Format string

// Formats there are. Summaries have the first three, verifications all.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	JSON     Format = "json"
	SARIF    Format = "sarif"
	JUnit    Format = "junit"
	GitLab   Format = "gitlab"
)

// Set is part of pflag.Value.
func (f *Format) Set(value string) error {
	return f.set(value, Text, Markdown, JSON, SARIF, JUnit, GitLab)
}

func (f *Format) set(value string, known ...Format) error {
	if slices.Contains(known, Format(value)) {
		*f = Format(value)
		return nil
	}
	var names []string
	for _, k := range known {
		names = append(names, string(k))
	}
	last := len(names) - 1
	return fmt.Errorf("%s is not a format; write %s or %s", diag.Quote(value), strings.Join(names[:last], ", "), names[last])
}

// String is part of pflag.Value.
func (f *Format) String() string {
	if *f == "" {
		return string(Text)
	}
	return string(*f)
}

// Type is part of pflag.Value.
func (f *Format) Type() string { return "format" }

// SummaryFormat is a flag for the formats that summaries have.
type SummaryFormat struct{ Format }

// Set is part of pflag.Value.
func (f *SummaryFormat) Set(value string) error { return f.set(value, Text, Markdown, JSON) }
