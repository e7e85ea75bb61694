package load

import (
	"bytes"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// checkText refuses, before any parser sees it, what is too long, is not text,
// or is read differently by different parsers. It returns the data without a
// byte order mark.
func checkText(file string, data []byte, limit int) ([]byte, diag.List) {
	if len(data) > limit {
		d := diag.New(file, "has %d bytes, more than the %d that are read", len(data), limit)
		d.Hint = "split it, or check that it is the right file"
		return nil, diag.List{d}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for i := 0; i < len(data); {
		c := data[i]
		if c == '%' && (i == 0 || data[i-1] == '\n') {
			return nil, diag.List{badText(file, data, i, "has a line that begins with %", "remove the line: YAML directives are not supported")}
		}
		if c >= ' ' && c < 0x7f || c == '\n' || c == '\t' || c == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if hint := badRune(r, size); hint != "" {
			return nil, diag.List{badText(file, data, i, "has "+describeRune(r, size), hint)}
		}
		i += size
	}
	return data, nil
}

// badRune returns what to do about a character that YAML does not allow or that
// some versions of YAML take for a line break, and "" for any other.
func badRune(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "save the file as UTF-8"
	case r == '\r':
		return "end lines with LF or CRLF"
	case r == '\ufeff':
		return "remove it; it may only stand at the very beginning"
	case r < ' ', r >= 0x7f && r < 0xa0, r == '\u2028', r == '\u2029', r == '\ufffe', r == '\uffff':
		return `remove it, or write it as an escape in double quotes, as in "\u0007"`
	}
	return ""
}

func describeRune(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "a byte that is not UTF-8"
	case r == 0:
		return "a NUL character"
	case r == '\r':
		return "a carriage return without a line feed"
	case r == '\ufeff':
		return "a byte order mark inside the text"
	}
	return "the control character " + diag.Escape(string(r))
}

func badText(file string, data []byte, offset int, message, hint string) diag.Diagnostic {
	d := diag.New(file, "%s", message)
	d.Hint = hint
	d.Line, d.Column = place(data, offset)
	return d
}

// place returns the line and the column, in characters, of a byte offset.
func place(data []byte, offset int) (line, column int) {
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
