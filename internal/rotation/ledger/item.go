package ledger

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// timeForm is that of all times in both: whole seconds, UTC.
const timeForm = "2006-01-02T15:04:05Z"

// Longest texts of an item, in characters.
const (
	LongestWord = 128
	LongestLine = 200
)

// Items reads the items of a list one by one and collects what is wrong with
// them.
type Items struct {
	form  Form
	ids   map[string]load.Position
	diags diag.List
}

// Read reads each item with read, which checks the fields that the item wants,
// and returns those that are as they must be; none of them if one is not.
func Read[T, F any](f Form, nodes []*load.Node, read func(item *Item, fields F) T) ([]T, diag.List) {
	all := &Items{form: f, ids: map[string]load.Position{}}
	values := make([]T, 0, len(nodes))
	for i, n := range nodes {
		item := &Item{all: all, node: n, path: fmt.Sprintf("%s[%d]", f.List, i)}
		if n.Kind != load.Map {
			all.add(at(n, item.path, "is no JSON object", `write its fields between { and }, as in {"id": "…"}`))
			continue
		}
		var fields F
		if _, diags := load.Decode(n, &fields); diags != nil {
			for _, d := range diags {
				d.Path = item.path + "." + d.Path
				all.add(d)
			}
			continue
		}
		values = append(values, read(item, fields))
	}
	if all.diags != nil {
		return nil, all.diags
	}
	return values, nil
}

func (s *Items) add(d diag.Diagnostic) {
	if len(s.diags) < maxDiagnostics {
		s.diags = append(s.diags, d)
	}
}

// Item is one of a list.
type Item struct {
	all  *Items
	node *load.Node
	path string
}

// Bad reports what is wrong with a field.
func (i *Item) Bad(field, message, hint string) {
	place := i.node.Locate([]string{field})
	i.all.add(diag.Diagnostic{
		File: place.File, Line: place.Line, Column: place.Column, Path: i.path + "." + field,
		Severity: diag.Error, Message: message, Hint: hint,
	})
}

// ID checks the id of the item, which no other one has.
func (i *Item) ID(field, value string) string {
	i.Word(field, value)
	if first, ok := i.all.ids[value]; ok && value != "" {
		i.Bad(field, fmt.Sprintf("is %s, which is already in line %d", diag.Quote(value), first.Line), "keep one of the two")
		return value
	}
	i.all.ids[value] = i.node.Locate([]string{field})
	return value
}

// Word checks a text that must be there and has no spaces.
func (i *Item) Word(field, value string) string {
	switch {
	case value == "":
		i.missing(field)
	case !IsWord(value):
		i.Bad(field, "is "+diag.Quote(value), fmt.Sprintf("write at most %d characters that can be seen, without spaces", LongestWord))
	}
	return value
}

// Line checks a text that must be there and is one line.
func (i *Item) Line(field, value string) string {
	switch {
	case value == "":
		i.missing(field)
	case !IsLine(value):
		i.Bad(field, "is "+diag.Quote(value), fmt.Sprintf("write one line of at most %d characters", LongestLine))
	}
	return value
}

// Time reads a time that must be there.
func (i *Item) Time(field, value string) time.Time {
	if value == "" {
		i.missing(field)
		return time.Time{}
	}
	return i.OptionalTime(field, value)
}

// OptionalTime reads a time; the zero one if it is not there.
func (i *Item) OptionalTime(field, value string) time.Time {
	if value == "" {
		return time.Time{}
	}
	t, err := time.Parse(timeForm, value)
	// The parser also takes fractions, of which the form has none.
	if err != nil || Text(t) != value || t.IsZero() {
		i.Bad(field, fmt.Sprintf("is %s, which is no time in UTC with whole seconds", diag.Quote(value)), "write one as in 2027-01-31T12:00:00Z")
		return time.Time{}
	}
	return t
}

func (i *Item) missing(field string) {
	i.Bad(field, "is missing", "write it, or restore the file from Git")
}

// Text is a time as it is written; empty for the zero one.
func Text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeForm)
}

// IsWord tells whether a text is one word of at most LongestWord characters.
func IsWord(text string) bool {
	return text != "" && isPrinted(text, LongestWord) && !strings.Contains(text, " ")
}

// IsLine tells whether a text is one line of at most LongestLine characters.
func IsLine(text string) bool {
	return strings.TrimSpace(text) != "" && isPrinted(text, LongestLine)
}

func isPrinted(text string, longest int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longest &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
