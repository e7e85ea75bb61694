package specdoc

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// table is what is better read in rows and columns than in the comments of
// fields. It is made from what the code goes by, so that it is true.
type table struct {
	title string
	// head are the titles of the columns.
	head []string
	rows [][]string
}

// tablesOf are the tables that explain a block, by its Go type.
func tablesOf(block string) []table {
	switch block {
	case "TokenSetSpec", "TokenSetKindSpec":
		return []table{rotation(), permissions()}
	default:
		return nil
	}
}

// tables are those to show with a field: its block's, and with the kind itself
// those of its spec.
func (d Doc) tables(f Field) []table {
	if f.Path != "" {
		return tablesOf(f.block)
	}
	spec, err := d.find("spec")
	if err != nil {
		return nil
	}
	return tablesOf(spec.block)
}

func rotation() table {
	t := table{title: "Token rotation schedule", head: []string{"Type", "In the reference", "Valid for", "Rotated", "By"}}
	for _, of := range tokenset.Types() {
		by := "scheduled pipeline"
		if of.Rotation == tokenset.Manual {
			by = "manual, on notice"
		}
		t.rows = append(t.rows, []string{of.Name, of.Reference, string(of.Validity), string(of.RotateBefore) + " before expiry", by})
	}
	return t
}

func permissions() table {
	t := table{title: "Token permissions", head: []string{"Type", "By default", "At most"}}
	for _, of := range tokenset.Types() {
		t.rows = append(t.rows, []string{of.Name, among(tokenset.Permissions(), of.Default), among(tokenset.Permissions(), of.AtMost)})
	}
	return t
}

// among names some of all, or those that are missing where they are fewer.
func among(all, some []string) string {
	missing := slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
	switch {
	case len(missing) == 0:
		return "all"
	case len(missing) < len(some):
		return "all but " + strings.Join(missing, " and ")
	default:
		return strings.Join(some, ", ")
	}
}

// text is the table on a terminal.
func (t table) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s:\n", strings.ToUpper(t.title))
	lines := append([][]string{t.head}, t.rows...)
	for _, line := range lines {
		var text strings.Builder
		for column, value := range line {
			widest := 0
			for _, other := range lines {
				widest = max(widest, utf8.RuneCountInString(other[column]))
			}
			fmt.Fprintf(&text, "  %-*s", widest, value)
		}
		b.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	return b.String()
}

// markdown is the table on a page.
func (t table) markdown() string {
	var b strings.Builder
	row := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	fmt.Fprintf(&b, "**%s:**\n\n", t.title)
	row(t.head)
	row(slices.Repeat([]string{"---"}, len(t.head)))
	for _, line := range t.rows {
		cells := make([]string, len(line))
		for i, value := range line {
			cells[i] = cell(inline(value))
		}
		row(cells)
	}
	return b.String() + "\n"
}
