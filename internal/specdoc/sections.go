package specdoc

import (
	"slices"
	"strings"
	"unicode"
)

// section is one block on the page. A block that several fields have is one
// section, too, at the end.
type section struct {
	title, summary, lead string
	// depth is 0 for the whole document, 1 for its blocks, and so on.
	depth  int
	fields []Field
	shared bool
	// block is the Go type.
	block string
	// usedAt are the fields with a shared block, as Markdown.
	usedAt []string
}

// sections lists the blocks of a kind in reading order: first those that are at
// one place, then the shared ones.
func (d Doc) sections() (own, shared []section) {
	p := page{doc: d, index: map[string]int{}}
	top := section{title: d.Kind, summary: d.Description, lead: d.Description, fields: d.Fields}
	p.own = []section{top}
	p.add(top)
	return p.own, p.shared
}

type page struct {
	doc         Doc
	own, shared []section
	// index finds a shared block's section by its type.
	index map[string]int
}

// add adds the blocks among the fields of a section, and so on.
func (p *page) add(in section) {
	for _, f := range in.fields {
		if f.block == "" {
			continue
		}
		of := section{title: f.heading(), lead: p.doc.blocks[f.block], depth: in.depth + 1, fields: f.Fields, shared: f.shared, block: f.block}
		if !f.shared {
			of.summary = f.Description
			p.own = append(p.own, of)
			p.add(of)
			continue
		}
		i, known := p.index[f.block]
		if !known {
			i = len(p.shared)
			p.index[f.block] = i
			of.summary = of.lead
			p.shared = append(p.shared, of)
			p.add(of)
		}
		at := link(code(f.blockPath()), in.title)
		if in.shared {
			at = code(f.Name) + " in " + link(in.title, in.title)
		}
		if !slices.Contains(p.shared[i].usedAt, at) {
			p.shared[i].usedAt = append(p.shared[i].usedAt, at)
		}
	}
}

// blockPath is the path of the block itself, an item's in a list or map.
func (f Field) blockPath() string { return f.Path + f.item }

// heading is the title of the section about the field's block.
func (f Field) heading() string {
	if f.shared {
		return spaced(f.block)
	}
	return f.blockPath()
}

// spaced parts the words of a Go name: ScalingRules is "Scaling rules".
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// slug is the anchor that GitHub and GitLab give a heading. No title here has
// the hyphens or repetitions over which they differ.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-':
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, title)
}

func link(text, title string) string { return "[" + text + "](#" + slug(title) + ")" }
