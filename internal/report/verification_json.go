package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

func writeVerificationJSON(w io.Writer, v Verification) error {
	type waiver struct {
		Reason  string `json:"reason"`
		Expires string `json:"expires,omitempty"`
	}
	type finding struct {
		Rule     string  `json:"rule"`
		Severity string  `json:"severity"`
		Object   string  `json:"object,omitempty"`
		Field    string  `json:"field,omitempty"`
		File     string  `json:"file,omitempty"`
		Line     int     `json:"line,omitempty"`
		Column   int     `json:"column,omitempty"`
		Message  string  `json:"message"`
		Hint     string  `json:"hint,omitempty"`
		Diff     string  `json:"diff,omitempty"`
		Waived   *waiver `json:"waived,omitempty"`
	}
	type environment struct {
		Name     string    `json:"name"`
		Folder   string    `json:"folder"`
		Objects  int       `json:"objects"`
		Counts   tally     `json:"counts"`
		Findings []finding `json:"findings"`
		// Unasked are rules that the environment was not held to, with why.
		Unasked map[string]string `json:"unasked,omitempty"`
	}
	type rule struct {
		ID       string `json:"id"`
		Severity string `json:"severity"`
		Title    string `json:"title"`
		Why      string `json:"why"`
		Fix      string `json:"fix"`
	}
	out := struct {
		Kubernetes   string        `json:"kubernetes"`
		Date         string        `json:"date"`
		Counts       tally         `json:"counts"`
		Environments []environment `json:"environments"`
		Rules        []rule        `json:"rules"`
	}{
		Kubernetes: v.Kubernetes, Date: v.Date.Format(time.DateOnly), Counts: tallyOf(v.Environments...),
		Environments: []environment{}, Rules: []rule{},
	}
	for _, e := range v.Environments {
		found := environment{Name: e.Name, Folder: e.Folder, Objects: e.Objects, Counts: tallyOf(e), Findings: []finding{}, Unasked: e.Unasked}
		for _, f := range e.Findings {
			one := finding{
				Rule: f.Rule, Severity: string(f.Severity), Object: f.Object, Field: f.Field,
				File: f.File, Line: f.Line, Column: f.Column, Message: f.Message, Hint: f.Hint, Diff: f.Diff,
			}
			if f.Waived != nil {
				one.Waived = &waiver{Reason: f.Waived.Reason}
				if !f.Waived.Expires.IsZero() {
					one.Waived.Expires = f.Waived.Expires.Format(time.DateOnly)
				}
			}
			found.Findings = append(found.Findings, one)
		}
		out.Environments = append(out.Environments, found)
	}
	for _, r := range v.Rules {
		out.Rules = append(out.Rules, rule{ID: r.ID, Severity: string(r.Severity), Title: r.Title, Why: r.Why, Fix: r.Fix})
	}
	return encode(w, out)
}

// encode writes JSON for people, too. What cannot be seen is written in JSON's own
// escapes, which mean the same to every reader.
func encode(w io.Writer, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range text.String() {
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
