package connectivity

import (
	"fmt"
	"strings"
)

// Markdown is the table as a page with a title.
func (t Table) Markdown(title string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n", cell(title))
	switch {
	case t.NoPolicies:
		out.WriteString("\nThere are no network policies.\n")
	case len(t.Open) == 0:
		out.WriteString("\nNo policy lets anything through.\n")
	}
	write(&out, "", t.Open)
	write(&out, "Open only if namespaces that are not rendered have the labels that policies ask for:", t.OpenIfLabelled)
	write(&out, "Open at one end alone, so that nothing gets through:", t.OpenAtOneEnd)
	if len(t.Ungoverned) > 0 {
		out.WriteString("\nNo policy governs these connections, so that all of them are open:\n\n")
	}
	for _, text := range t.Ungoverned {
		fmt.Fprintf(&out, "- %s\n", cell(text))
	}
	return out.String()
}

// write writes lines under an introduction; nothing if there are none.
func write(out *strings.Builder, introduction string, rows []Connection) {
	if len(rows) == 0 {
		return
	}
	if introduction != "" {
		fmt.Fprintf(out, "\n%s\n", introduction)
	}
	out.WriteString("\n| From | To | Ports |\n| --- | --- | --- |\n")
	for _, c := range rows {
		out.WriteString(c.markdown())
	}
}

func (c Connection) markdown() string {
	return fmt.Sprintf("| %s | %s | %s |\n", cell(strings.Join(c.From, ", ")), cell(strings.Join(c.To, ", ")), cell(c.Ports))
}
