// Package diag holds the one form in which atticgen reports problems: where
// they are, which field they concern, what is wrong and what to write instead.
// Every part is safe to print on a terminal, whatever the input contained.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity says whether a problem stops the work.
type Severity string

const (
	// Error stops the work: nothing is written.
	Error Severity = "error"
	// Warning is reported and the work goes on.
	Warning Severity = "warning"
	// Note is reported too: all is as it was asked for, and a reviewer should
	// know.
	Note Severity = "info"
)

// Diagnostic is one problem in the input. Every part but Message may be absent.
type Diagnostic struct {
	// File is the path as the user gave it; empty when the input has no file.
	File string `json:"file,omitempty"`
	// Line and Column count from 1, columns in characters; 0 is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Path is the field's path, as in spec.caches[main].priority.
	Path string `json:"path,omitempty"`
	// Severity is Error, Warning or Note; empty means Error.
	Severity Severity `json:"severity,omitempty"`
	// Message says what is wrong; it reads on from Path, as in "is empty".
	Message string `json:"message,omitempty"`
	// Hint says what to write instead.
	Hint string `json:"hint,omitempty"`
}

// New returns an error about a file, or about the whole input when file is
// empty. Position, path and hint can be set on the result.
func New(file, format string, args ...any) Diagnostic {
	return Diagnostic{File: file, Severity: Error, Message: fmt.Sprintf(format, args...)}
}

// String returns the diagnostic on one line, as in
//
//	cache.yaml:7:3: error: spec.api.minReplicas: is 12, above maxReplicas 10; lower it
//
// Absent parts are left out. Characters that cannot be seen, such as control
// characters, line breaks and bidirectional overrides, are escaped.
func (d Diagnostic) String() string {
	var b strings.Builder
	if place := d.place(); place != "" {
		b.WriteString(place + ": ")
	}
	b.WriteString(string(cmp.Or(d.Severity, Error)) + ": ")
	if d.Path != "" {
		b.WriteString(d.Path + ": ")
	}
	b.WriteString(d.Message)
	if d.Hint != "" {
		b.WriteString("; " + d.Hint)
	}
	return Escape(b.String())
}

func (d Diagnostic) place() string {
	var parts []string
	if d.File != "" {
		parts = append(parts, d.File)
	}
	if d.Line > 0 {
		parts = append(parts, strconv.Itoa(d.Line))
		if d.Column > 0 {
			parts = append(parts, strconv.Itoa(d.Column))
		}
	}
	return strings.Join(parts, ":")
}

// List is a number of diagnostics. It is also the error that Err returns, so
// that errors.As gives the diagnostics back.
type List []Diagnostic

// HasErrors reports whether any diagnostic stops the work.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity != Warning && d.Severity != Note })
}

// Sorted returns the diagnostics by file, line, column, path and message, each
// once. The receiver stays as it is.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Hint, b.Hint),
		)
	})
	return slices.Compact(sorted)
}

// Err returns nil when there are no errors, and otherwise the sorted list,
// warnings included, as an error.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l.Sorted()
}

// Error returns the diagnostics one per line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}
