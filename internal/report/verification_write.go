package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// WriteVerification writes what was found. The same verification gives the same
// bytes, whatever the order of its findings.
func WriteVerification(w io.Writer, format Format, v Verification) error {
	v = v.sorted()
	switch format {
	case Markdown:
		return writeVerificationMarkdown(w, v)
	case JSON:
		return writeVerificationJSON(w, v)
	case SARIF:
		return writeSARIF(w, v)
	case JUnit:
		return writeJUnit(w, v)
	case GitLab:
		return writeCodeQuality(w, v)
	default:
		return writeVerificationText(w, v)
	}
}

// sorted has environments by name and findings by place, in each file
// first those that rendering mends, and says which severity
// each finding has. The rules stay as they are documented.
func (v Verification) sorted() Verification {
	v.Environments = slices.Clone(v.Environments)
	for i, e := range v.Environments {
		e.Findings = slices.Clone(e.Findings)
		for j := range e.Findings {
			e.Findings[j].Severity = cmp.Or(e.Findings[j].Severity, diag.Error)
		}
		slices.SortStableFunc(e.Findings, func(a, b VerifiedFinding) int {
			return cmp.Or(
				cmp.Compare(a.File, b.File),
				first(a.OutOfDate, b.OutOfDate),
				cmp.Compare(a.Line, b.Line),
				cmp.Compare(a.Column, b.Column),
				cmp.Compare(a.Object, b.Object),
				cmp.Compare(a.Field, b.Field),
				cmp.Compare(a.Rule, b.Rule),
				cmp.Compare(a.Message, b.Message),
				cmp.Compare(a.Hint, b.Hint),
				cmp.Compare(a.Diff, b.Diff),
			)
		})
		v.Environments[i] = e
	}
	slices.SortStableFunc(v.Environments, func(a, b VerifiedEnvironment) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Folder, b.Folder))
	})
	return v
}

// first orders what has something before what has not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// held is how many rules any environment was held to.
func (v Verification) held() int {
	n := 0
	for _, r := range v.Rules {
		if len(v.Environments) == 0 || slices.ContainsFunc(v.Environments, func(e VerifiedEnvironment) bool { return e.Unasked[r.ID] == "" }) {
			n++
		}
	}
	return n
}

// aboutObjects tells whether anything that should be mended is in an object.
func (v Verification) aboutObjects() bool {
	return slices.ContainsFunc(v.Environments, func(e VerifiedEnvironment) bool {
		return slices.ContainsFunc(e.Findings, func(f VerifiedFinding) bool {
			return f.Object != "" && f.Waived == nil && f.Severity != diag.Note
		})
	})
}

// byHand tells where to mend what is found in objects.
const byHand = "rendered files are not edited by hand: change base or overlays and run atticgen render"

// tally is how many findings there are. One that is waived counts as that alone.
type tally struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Waived   int `json:"waived"`
}

func tallyOf(environments ...VerifiedEnvironment) tally {
	var t tally
	for _, e := range environments {
		for _, f := range e.Findings {
			switch {
			case f.Waived != nil:
				t.Waived++
			case f.Severity == diag.Note:
				t.Notes++
			case f.Severity == diag.Warning:
				t.Warnings++
			default:
				t.Errors++
			}
		}
	}
	return t
}

// String names what there is, as in "1 error, 2 warnings".
func (t tally) String() string {
	var parts []string
	for _, c := range []struct {
		count int
		name  string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Notes, "note"}} {
		if c.count > 0 {
			parts = append(parts, plural(c.count, c.name))
		}
	}
	if t.Waived > 0 {
		parts = append(parts, strconv.Itoa(t.Waived)+" waived")
	}
	if len(parts) == 0 {
		return "nothing found"
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// subject is the object and the field that a finding is about.
func (f VerifiedFinding) subject() string {
	if f.Object == "" || f.Field == "" {
		return f.Object + f.Field
	}
	return f.Object + ": " + f.Field
}

// sentence is what is wrong and what to write instead, on one line that is safe
// to print.
func (f VerifiedFinding) sentence() string {
	return diag.Escape(join(": ", f.subject(), join("; ", f.Message, f.Hint)))
}

func join(separator string, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}

// place is the position in the file.
func (f VerifiedFinding) place() string {
	place := diag.Escape(f.File)
	if f.Line > 0 {
		place = join(":", place, strconv.Itoa(f.Line))
		if f.Column > 0 {
			place += ":" + strconv.Itoa(f.Column)
		}
	}
	return place
}

// String says why and until when something is accepted.
func (w Waiver) String() string {
	until := "waived"
	if !w.Expires.IsZero() {
		until += " until " + w.Expires.Format(time.DateOnly)
	}
	return join(": ", until, diag.Escape(w.Reason))
}

// diffLines are the lines of what differs, each safe to print.
func (f VerifiedFinding) diffLines() []string {
	if f.Diff == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(f.Diff, "\n"), "\n")
	for i, line := range lines {
		lines[i] = diag.Escape(line)
	}
	return lines
}

// Lasting is an object as findings name it, without what is another in its name
// for each change of what is in the object.
func Lasting(object string) string {
	kind, name, _ := strings.Cut(object, " ")
	return join(" ", kind, naming.WithoutDigest(kind, name))
}

// fingerprints tell findings apart from each other, and recognise each in a later
// report. They know nothing of lines, which move with every change above them;
// of several findings about one field, the first in the order of their messages
// is the first in every report.
func (e VerifiedEnvironment) fingerprints() []string {
	order := make([]int, len(e.Findings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.Findings[a].Message, e.Findings[b].Message) })
	seen := map[string]int{}
	all := make([]string, len(e.Findings))
	for _, i := range order {
		f := e.Findings[i]
		file := f.File
		if f.Object != "" {
			// Where it is written says less than what it is.
			file = ""
		}
		key := fmt.Sprintf("%q", []string{e.Name, f.Rule, Lasting(f.Object), f.Field, file})
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", key, seen[key]))
		all[i] = hex.EncodeToString(sum[:16])
	}
	return all
}

// where is a file for readers that want one: the environment, if nothing better is
// known.
func (e VerifiedEnvironment) where(f VerifiedFinding) string { return cmp.Or(f.File, e.Folder) }
