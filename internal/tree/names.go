package tree

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// names is what a set of files takes up: each file and each folder above it, by
// the folded path. macOS and Windows hold two paths that fold alike for one.
type names map[string]claim

type claim struct {
	path string
	file bool
}

// claim takes path as a file, and the folders above it.
func (n names) claim(path string) {
	for i, r := range path {
		if r == '/' {
			n[fold(path[:i])] = claim{path: path[:i]}
		}
	}
	n[fold(path)] = claim{path: path, file: true}
}

func (c claim) kind() string {
	if c.file {
		return "file"
	}
	return "folder"
}

// clash returns the claim beside which path cannot be a file, and whether there
// is one.
func (n names) clash(path string) (claim, bool) {
	for i, r := range path {
		if r != '/' {
			continue
		}
		if c, ok := n[fold(path[:i])]; ok && (c.file || c.path != path[:i]) {
			return c, true
		}
	}
	c, ok := n[fold(path)]
	return c, ok
}

// fold returns a text that is the same for paths that differ only in case or in
// how their accents are encoded.
func fold(path string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, norm.NFD.String(path))
}
