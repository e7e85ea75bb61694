package policy

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Check holds objects to the rules that are held to at every render. The source
// is what the objects were rendered from.
func Check(source string, objects []manifest.Object) diag.List {
	var list diag.List
	for _, rule := range Rules() {
		if rule.AtRender {
			list = append(list, diagnose(source, rule.Severity, rule.Check(Input{Objects: objects}))...)
		}
	}
	return list
}

// diagnose says of findings what a render does.
func diagnose(source string, severity diag.Severity, found []Finding) diag.List {
	var list diag.List
	for _, f := range found {
		list = append(list, diag.Diagnostic{File: source, Severity: severity, Message: f.Rendered, Hint: f.Hint})
	}
	return list
}
