package specdoc

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

const (
	// width is how long a line may be, in characters.
	width = 80
	// inField indents what is said about one of several fields.
	inField = "      "
)

// List is what each kind is for, as a terminal shows it.
func List() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "VERSION:  %s\n\nKINDS:\n", v1alpha1.APIVersion)
	for _, kind := range Kinds() {
		doc, err := Kind(kind)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "  %s\n%s", doc.Kind, wrap(sentence(doc.Description)+".", inField))
	}
	return b.String(), nil
}

// Text explains one field on a terminal, in the manner of kubectl explain: type,
// default and description, of the field and of each field of a block. An empty
// path is the kind itself. A path may be as [Field] has it or as error messages
// do, as in spec.caches[main].priority. An unknown one is a [diag.List] that
// names the nearest fields.
func (d Doc) Text(path string) (string, error) {
	f, err := d.find(path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "KIND:     %s\nVERSION:  %s\n", d.Kind, d.APIVersion)
	description := d.Description
	if f.Path != "" {
		title := fmt.Sprintf("FIELD:    %s <%s>%s", f.Path, f.Type, f.mark())
		if utf8.RuneCountInString(title) > width {
			// The type goes below the path, which is never broken.
			title = fmt.Sprintf("FIELD:    %s\n          <%s>%s", f.Path, f.Type, f.mark())
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		if text := d.defaultLine(f); text != "" {
			fmt.Fprintf(&b, "DEFAULT:  %s\n", strings.TrimSpace(wrap(text, strings.Repeat(" ", len("DEFAULT:  ")))))
		}
		description = d.described(f)
	}
	fmt.Fprintf(&b, "\nDESCRIPTION:\n%s", wrap(description, "    "))
	if len(f.Fields) > 0 {
		b.WriteString("\nFIELDS:\n")
	}
	for _, child := range f.Fields {
		fmt.Fprintf(&b, "  %s <%s>%s\n%s", child.Name, child.Type, child.mark(), wrap(child.Description, inField))
		if text := d.defaultLine(child); text != "" {
			b.WriteString(wrap("Default: "+text, inField))
		}
	}
	for _, t := range d.tables(f) {
		b.WriteString(t.text())
	}
	return b.String(), nil
}

func (f Field) mark() string {
	if f.Required {
		return " -required-"
	}
	return ""
}

func (d Doc) defaultLine(f Field) string {
	if f.DefaultAt != "" {
		if at, err := d.find(f.DefaultAt); err == nil {
			return "see " + at.Path + ": " + at.Default
		}
	}
	return f.Default
}

// described is the description of a field, with that of its block and of the
// form of its value where those say more.
func (d Doc) described(f Field) string {
	more := d.values[f.value]
	if f.block != "" {
		more = d.blocks[f.block]
	}
	if more == "" {
		return f.Description
	}
	return f.Description + "\n\n" + more
}

// wrap breaks text into indented lines of at most width characters, where its
// words allow. Each line ends in a line break.
func wrap(text, indent string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		length := 0
		for word := range strings.FieldsSeq(paragraph) {
			size := utf8.RuneCountInString(word)
			switch {
			case length == 0:
				b.WriteString(indent + word)
				length = len(indent) + size
			case length+1+size > width:
				b.WriteString("\n" + indent + word)
				length = len(indent) + size
			default:
				b.WriteString(" " + word)
				length += 1 + size
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
