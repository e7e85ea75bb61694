package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// Environment is what one render did, or would do, to one environment.
type Environment struct {
	// Name of the environment, and the folder it is in.
	Name, Folder string
	// Objects it has now.
	Objects int
	// Changes of files, sorted by path.
	Changes []tree.Change
	// Foreign files in the folder, which were left alone.
	Foreign []string
}

func (e Environment) count(kind tree.ChangeKind) int {
	n := 0
	for _, c := range e.Changes {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

func (e Environment) counts() string {
	if len(e.Changes) == 0 {
		return "unchanged"
	}
	return fmt.Sprintf("%d added, %d changed, %d removed", e.count(tree.Added), e.count(tree.Changed), e.count(tree.Removed))
}

// WriteRender writes the summary of a render.
func WriteRender(w io.Writer, format Format, environments []Environment) error {
	switch format {
	case JSON:
		return writeJSON(w, environments)
	case Markdown:
		return writeMarkdown(w, environments)
	default:
		return writeText(w, environments)
	}
}

var signs = map[tree.ChangeKind]string{tree.Added: "+", tree.Changed: "~", tree.Removed: "-"}

func writeText(w io.Writer, environments []Environment) error {
	var b strings.Builder
	for _, e := range environments {
		fmt.Fprintf(&b, "%s: %d objects, %s\n", diag.Escape(e.Folder), e.Objects, e.counts())
		for _, c := range e.Changes {
			fmt.Fprintf(&b, "  %s %s\n", signs[c.Kind], diag.Escape(c.Path))
		}
		for _, path := range e.Foreign {
			fmt.Fprintf(&b, "  ? %s (not written by atticgen, left alone)\n", diag.Escape(path))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdown(w io.Writer, environments []Environment) error {
	var b strings.Builder
	b.WriteString("| Environment | Objects | Added | Changed | Removed |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, e := range environments {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", plain(e.Name), e.Objects, e.count(tree.Added), e.count(tree.Changed), e.count(tree.Removed))
	}
	for _, e := range environments {
		if len(e.Changes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n<details><summary>%s: %s</summary>\n\n", plain(e.Name), e.counts())
		for _, c := range e.Changes {
			fmt.Fprintf(&b, "- %s %s\n", c.Kind, code(c.Path))
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// harmless are the signs that mean nothing within a line of Markdown, a cell of a
// table or HTML, so that a log of a job shows them as they are. All others could:
// to forges, @ # ! ~ % $ { and [ do as well.
const harmless = "-./:,;()?='\""

// plain is text that stands for itself in Markdown, in a table and in HTML.
func plain(text string) string {
	var b strings.Builder
	for _, r := range diag.Escape(text) {
		if r < unicode.MaxASCII && unicode.In(r, unicode.Punct, unicode.Symbol) && !strings.ContainsRune(harmless, r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is text as a code span; the fence is longer than any in the text.
func code(text string) string {
	text = diag.Escape(text)
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	fence := "``"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + " " + text + " " + fence
}

func writeJSON(w io.Writer, environments []Environment) error {
	type change struct {
		Path string `json:"path"`
		Kind string `json:"kind"`
	}
	type environment struct {
		Name    string   `json:"name"`
		Folder  string   `json:"folder"`
		Objects int      `json:"objects"`
		Changes []change `json:"changes"`
		Foreign []string `json:"foreign"`
	}
	list := []environment{}
	for _, e := range environments {
		out := environment{Name: e.Name, Folder: e.Folder, Objects: e.Objects, Changes: []change{}, Foreign: []string{}}
		for _, c := range e.Changes {
			out.Changes = append(out.Changes, change{Path: c.Path, Kind: c.Kind.String()})
		}
		out.Foreign = append(out.Foreign, e.Foreign...)
		list = append(list, out)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"environments": list})
}
