package report

import (
	"fmt"
	"io"
)

func WriteVerification(w io.Writer, format Format, v Verification) error {
	for _, e := range v.Environments {
		for _, f := range e.Findings {
			mark := ""
			if f.Waived != nil {
				mark = " (waived: " + f.Waived.Reason + ")"
			}
			fmt.Fprintf(w, "%s:%d:%d: %s: %s: %s: %s; %s [%s]%s\n%s", f.File, f.Line, f.Column, f.Severity, f.Object, f.Field, f.Message, f.Hint, f.Rule, mark, f.Diff)
		}
		fmt.Fprintf(w, "%s: %d objects\n", e.Name, e.Objects)
	}
	return nil
}
