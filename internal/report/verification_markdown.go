package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// writeVerificationMarkdown writes a comment for a merge request: numbers first,
// then each environment, what must be mended before what a person should see.
func writeVerificationMarkdown(w io.Writer, v Verification) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**atticgen verify: %s**; %s, Kubernetes %s\n\n", tallyOf(v.Environments...), plural(v.held(), "rule"), plain(v.Kubernetes))
	b.WriteString("| Environment | Objects | Errors | Warnings | Notes | Waived |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	broken := map[string]bool{}
	for _, e := range v.Environments {
		t := tallyOf(e)
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", plain(e.Name), e.Objects, t.Errors, t.Warnings, t.Notes, t.Waived)
		for _, f := range e.Findings {
			broken[f.Rule] = broken[f.Rule] || f.Waived == nil
		}
	}
	for _, e := range v.Environments {
		if len(e.Findings) > 0 {
			b.WriteString(findings(e))
		}
	}
	if v.aboutObjects() {
		b.WriteString("\n" + strings.ToUpper(byHand[:1]) + withStop(byHand[1:]) + "\n")
	}
	var rules []string
	for _, r := range v.Rules {
		if broken[r.ID] {
			rules = append(rules, fmt.Sprintf("- %s: %s\n", code(r.ID), prose(explained(r))))
		}
	}
	if len(rules) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>What these rules are for</summary>\n\n%s\n</details>\n", strings.Join(rules, ""))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// findings are those of an environment, unfolded if there is an error.
func findings(e VerifiedEnvironment) string {
	var b strings.Builder
	t := tallyOf(e)
	open := ""
	if t.Errors > 0 {
		open = " open"
	}
	fmt.Fprintf(&b, "\n<details%s><summary>%s: %s</summary>\n\n", open, plain(e.Name), t)
	b.WriteString("| | What | Where | Rule |\n| --- | --- | --- | --- |\n")
	ranked := slices.Clone(e.Findings)
	slices.SortStableFunc(ranked, func(a, b VerifiedFinding) int { return cmp.Compare(rank(a), rank(b)) })
	for _, f := range ranked {
		what, severity := plain(f.sentence()), string(f.Severity)
		if f.Waived != nil {
			severity = "waived"
			what += "<br>" + plain(f.Waived.String())
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", plain(severity), what, plain(f.place()), plain(f.Rule))
	}
	for _, f := range ranked {
		if lines := f.diffLines(); lines != nil {
			text := strings.Join(lines, "\n")
			fence := "```"
			for strings.Contains(text, fence) {
				fence += "`"
			}
			fmt.Fprintf(&b, "\n%s\n\n%sdiff\n%s\n%s\n", plain(f.place()), fence, text, fence)
		}
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// rank puts first what must be mended.
func rank(f VerifiedFinding) int {
	switch {
	case f.Waived != nil:
		return 3
	case f.Severity == diag.Note:
		return 2
	case f.Severity == diag.Warning:
		return 1
	}
	return 0
}

// explained is what a rule is for, and how to keep it.
func explained(r RuleInfo) string {
	return strings.Join([]string{withStop(r.Title), withStop("Otherwise: " + r.Why), withStop("To mend it: " + r.Fix)}, " ")
}

// withStop is a sentence with its full stop.
func withStop(sentence string) string { return strings.TrimSuffix(sentence, ".") + "." }

// prose is text about a rule, which may have code between backticks.
func prose(text string) string {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		return plain(text)
	}
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(plain(part))
		} else if part != "" {
			b.WriteString(code(part))
		}
	}
	return b.String()
}
