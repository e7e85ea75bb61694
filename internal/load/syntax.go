package load

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// locateLimit is how long a text may be for goccy's parser to look at it, in
// bytes. It needs time in proportion to the square of some texts.
const locateLimit = 16 << 10

var (
	errorLine    = regexp.MustCompile(`^line ([0-9]+): `)
	unknownAlias = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxError turns the parser's error into a diagnostic.
func syntaxError(file string, text []byte, err error) diag.Diagnostic {
	problem := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := errorLine.FindStringSubmatch(problem); m != nil {
		line, _ = strconv.Atoi(m[1])
		problem = problem[len(m[0]):]
	}
	d := diag.New(file, "is not valid YAML: %s", problem)
	d.Line = min(line, bytes.Count(text, []byte("\n"))+1)
	d.Hint = `check the indentation here and just above; write values that contain ": " or " #" in quotes`
	switch {
	case strings.Contains(problem, "exceeded max depth"):
		d.Message, d.Hint = "is nested more than "+strconv.Itoa(maxDepth)+" levels deep", "nest it less deeply"
		d.Column = indentation(text, d.Line) + 1
		return d
	case unknownAlias.MatchString(problem):
		name := unknownAlias.FindStringSubmatch(problem)[1]
		d.Message, d.Hint = "the alias *"+diag.Cut(name)+" is not supported", "write the value out, or quote it if it is text"
		d.Line, d.Column = findAlias(text, name)
		return d
	}
	tab, start := strings.Contains(problem, "tab character"), strings.Contains(problem, "cannot start any token")
	if tab || start {
		// The parser names the line of the token, or where the text began.
		if l, c := findTab(text, d.Line); l > 0 && (tab || l == d.Line) {
			d.Line, d.Column = l, c
			d.Message, d.Hint = "a tab is used as indentation", "indent with spaces"
			return d
		}
	}
	unclosed := strings.Contains(problem, "unexpected end of stream")
	if unclosed {
		d.Message, d.Hint = "is not valid YAML: a quoted text has no end", "close the quote"
	}
	// An unclosed quote is noticed at the end of the text, but is wrong where it
	// begins. Any other place before the parser's is a misunderstanding.
	if l, c := locate(text); l >= d.Line || unclosed && l > 0 {
		d.Line, d.Column = l, c
	} else {
		d.Column = indentation(text, d.Line) + 1
	}
	return d
}

// locate asks goccy's parser where the error is; zero means that it does not
// know.
func locate(text []byte) (line, column int) {
	if len(text) > locateLimit {
		return 0, 0
	}
	defer func() {
		if recover() != nil {
			line, column = 0, 0
		}
	}()
	_, err := parser.ParseBytes(text, 0)
	var located interface {
		error
		GetToken() *token.Token
	}
	if !errors.As(err, &located) {
		return 0, 0
	}
	tk := located.GetToken()
	if tk == nil || tk.Position == nil {
		return 0, 0
	}
	return within(text, tk.Position.Line, tk.Position.Column)
}

// within returns the position if it is in the text, else zero.
func within(text []byte, line, column int) (int, int) {
	lines := bytes.Split(text, []byte("\n"))
	if line < 1 || line > len(lines) || column < 1 || column > len([]rune(string(lines[line-1])))+1 {
		return 0, 0
	}
	return line, column
}

// indentation returns how many spaces and tabs a line begins with.
func indentation(text []byte, line int) int {
	l := bytes.Split(text, []byte("\n"))[line-1]
	return len(l) - len(bytes.TrimLeft(l, " \t"))
}

// findTab returns the first tab in the indentation of a line, from the given
// line on.
func findTab(text []byte, from int) (line, column int) {
	for i, l := range bytes.Split(text, []byte("\n")) {
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); i+1 >= from && tab >= 0 {
			return i + 1, tab + 1
		}
	}
	return 0, 0
}

// findAlias returns where *name is first used as an alias.
func findAlias(text []byte, name string) (line, column int) {
	alias := []byte("*" + name)
	for from := 0; ; from++ {
		i := bytes.Index(text[from:], alias)
		if i < 0 {
			return 1, 1
		}
		from += i
		if from == 0 || bytes.IndexByte([]byte(" \t\n,:?-[]{}"), text[from-1]) >= 0 {
			return place(text, from)
		}
	}
}
