package redact

import (
	"encoding/base64"
	"strings"
)

const (
	// shortest is how long base64 must be at least to be looked into. No secret is
	// shorter.
	shortest = 24
	// wrapped is how long a line of base64 must be at least to go on in the next
	// one; programs wrap at 64 or 76.
	wrapped = 60
)

// run is a piece of a text that can be base64, over several lines perhaps.
type run struct {
	start, end int
	// text is what is to be decoded: in the standard alphabet, without padding,
	// breaks and percent-encoding.
	text []byte
	// open says that the run could go on after the end of the text.
	open bool
}

// withoutEncoded is a text with [redacted] in the place of base64 of secrets.
func withoutEncoded(s string) string {
	var b strings.Builder
	done := 0
	eachRun(s, func(r run) bool {
		if r.holds(layers, isSecret) {
			b.WriteString(s[done:r.start])
			b.WriteString(mark)
			done = r.end
		}
		return true
	})
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// holds tells whether something stands in a run, under as many layers of base64.
// The run may begin with something else, so the base64 may start anywhere.
func (r run) holds(layers int, something func(string) bool) bool {
	for skip := 0; skip < 4 && len(r.text)-skip >= shortest; skip++ {
		text := r.text[skip:]
		if len(text)%4 == 1 {
			text = text[:len(text)-1]
		}
		decoded, err := base64.RawStdEncoding.AppendDecode(nil, text)
		if err != nil {
			continue // Cannot be: the alphabet and the length are right.
		}
		if something(string(decoded)) {
			return true
		}
		if layers > 1 && anyRun(string(decoded), func(inner run) bool { return inner.holds(layers-1, something) }) {
			return true
		}
	}
	return false
}

// anyRun tells whether something is so of any run of a text.
func anyRun(s string, is func(run) bool) bool {
	found := false
	eachRun(s, func(r run) bool {
		found = is(r)
		return !found
	})
	return found
}

// eachRun calls a function with the runs of a text that are long enough to be
// looked into, until it returns false.
func eachRun(s string, call func(run) bool) {
	for i := 0; i < len(s); {
		c, width := digit(s[i:])
		if width == 0 || c == '=' {
			i += max(width, 1)
			continue
		}
		r := runAt(s, i)
		if len(r.text) >= shortest && !call(r) {
			return
		}
		i = r.end
	}
}

// runAt is the run that starts somewhere in a text.
func runAt(s string, start int) run {
	r := run{start: start, end: start}
	// Most runs are words; those need no memory.
	for range shortest {
		c, width := digit(s[r.end:])
		if width == 0 || c == '=' {
			return r
		}
		r.end += width
	}
	r.end = start
	for line := 0; r.end < len(s); {
		c, width := digit(s[r.end:])
		switch {
		case c == '=':
			r.end += width
			for {
				if c, width = digit(s[r.end:]); c != '=' {
					return r
				}
				r.end += width
			}
		case width > 0:
			r.text = append(r.text, c)
			r.end += width
			line++
			continue
		}
		gap := lineBreak(s[r.end:])
		if gap == 0 || line < wrapped {
			return r
		}
		if r.open = r.end+gap == len(s); r.open || !fillsLine(s[r.end+gap:]) {
			return r
		}
		r.end += gap
		line = 0
	}
	return r
}

// fillsLine tells whether the line that a text begins with is base64 to its end,
// and not a word of something else.
func fillsLine(s string) bool {
	i := 0
	for {
		_, width := digit(s[i:])
		if width == 0 {
			break
		}
		i += width
	}
	return i > 0 && (i == len(s) || s[i] == '"' || s[i] == '\'' || lineBreak(s[i:]) > 0)
}

// digit is the digit of base64 that a text begins with, of the standard alphabet
// or =, and how many bytes it takes; none when it begins otherwise.
func digit(s string) (c byte, width int) {
	if s == "" {
		return 0, 0
	}
	switch c := s[0]; {
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=':
		return c, 1
	case c == '-':
		return '+', 1
	case c == '_':
		return '/', 1
	case c != '%' || len(s) < 3:
		return 0, 0
	}
	switch strings.ToUpper(s[1:3]) {
	case "2B", "2D":
		return '+', 3
	case "2F", "5F":
		return '/', 3
	case "3D":
		return '=', 3
	}
	return 0, 0
}

// lineBreak is how many bytes the line break takes that a text begins with,
// written as it is or as \n, with the indentation of the next line.
func lineBreak(s string) int {
	for _, written := range []string{"\r\n", "\n", `\r\n`, `\n`} {
		if rest, found := strings.CutPrefix(s, written); found {
			return len(s) - len(strings.TrimLeft(rest, " \t"))
		}
	}
	return 0
}
