package diag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoteLimit is how many characters of a value Quote shows.
const quoteLimit = 60

// Quote returns text from the input in double quotes, escaped and cut after 60
// characters, for use in messages.
func Quote(text string) string {
	return strconv.Quote(Cut(text))
}

// Cut returns the first 60 characters of text, with an ellipsis when there are
// more.
func Cut(text string) string {
	count := 0
	for i := range text {
		if count == quoteLimit {
			return text[:i] + "…"
		}
		count++
	}
	return text
}

// Escape returns text with everything that cannot be seen written as \xNN,
// \uNNNN or \UNNNNNNNN: control characters, line breaks, bidirectional
// overrides, odd spaces and bytes that are not UTF-8. The result is one line
// and holds no terminal escapes.
func Escape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsPrint(r):
			b.WriteString(text[i : i+size])
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}
