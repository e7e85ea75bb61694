package krm

import "gitlab.com/attic-cache/atticgen/internal/diag"

// result is an entry of a ResourceList's results. The framework of kyaml has a
// type for it too, and with it packages whose initialisation costs more than
// most functions.
type result struct {
	Message  string `yaml:"message"`
	Severity string `yaml:"severity"`
	Field    *field `yaml:"field,omitempty"`
}

// field is where in the functionConfig a result belongs.
type field struct {
	Path string `yaml:"path"`
}

// results are diagnostics in the form of the specification.
func results(diags diag.List) []result {
	var out []result
	for _, d := range diags.Sorted() {
		message := d.Message
		if d.Hint != "" {
			message += "; " + d.Hint
		}
		r := result{Message: diag.Escape(message), Severity: string(d.Severity)}
		if d.Path != "" {
			r.Field = &field{Path: d.Path}
		}
		out = append(out, r)
	}
	return out
}
