package report

import (
	"fmt"
	"io"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func writeVerificationText(w io.Writer, v Verification) error {
	var b strings.Builder
	objects := 0
	for _, e := range v.Environments {
		objects += e.Objects
		for _, f := range e.Findings {
			severity := string(f.Severity)
			if f.Waived != nil {
				severity = "waived"
			}
			fmt.Fprintf(&b, "%s [%s]\n", join(": ", f.place(), diag.Escape(severity)+": "+f.sentence()), diag.Escape(f.Rule))
			for _, line := range f.diffLines() {
				fmt.Fprintf(&b, "    %s\n", line)
			}
			if f.Waived != nil {
				fmt.Fprintf(&b, "    %s\n", f.Waived)
			}
		}
	}
	if v.aboutObjects() {
		b.WriteString(byHand + "\n")
	}
	for _, e := range v.Environments {
		fmt.Fprintf(&b, "%s: %s, %s\n", diag.Escape(e.Name), plural(e.Objects, "object"), tallyOf(e))
	}
	fmt.Fprintf(&b, "%s, %s, %s, Kubernetes %s: %s\n", plural(len(v.Environments), "environment"),
		plural(objects, "object"), plural(v.held(), "rule"), diag.Escape(v.Kubernetes), tallyOf(v.Environments...))
	_, err := io.WriteString(w, b.String())
	return err
}
