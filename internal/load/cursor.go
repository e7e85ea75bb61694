package load

import (
	"bytes"
	"unicode/utf8"
)

// cursor finds the bytes at positions in a text. Asked in the order of the
// text, it passes over each line once, however long the lines are.
type cursor struct {
	lines  [][]byte
	line   int
	column int
	offset int
}

func newCursor(text []byte) *cursor {
	return &cursor{lines: bytes.Split(text, []byte("\n"))}
}

// at returns the first byte of the character at a position, or 0 when there is
// none. Line and column count from 1, columns in characters.
func (c *cursor) at(line, column int) byte {
	if line < 1 || line > len(c.lines) || column < 1 {
		return 0
	}
	if line != c.line || column < c.column {
		c.line, c.column, c.offset = line, 1, 0
	}
	text := c.lines[line-1]
	for c.column < column && c.offset < len(text) {
		_, size := utf8.DecodeRune(text[c.offset:])
		c.offset += size
		c.column++
	}
	if c.column != column || c.offset >= len(text) {
		return 0
	}
	return text[c.offset]
}
