package helmchart

import (
	"maps"
	"slices"
	"strings"
)

// variant is how templates are changed to see what their output depends on.
type variant struct {
	// clock puts one day of the past in the place of the present.
	clock bool
	// turned gives what has the order of a map another order: that of the
	// alphabet, backwards instead of forwards.
	turned bool
}

// anotherDay is a time in the syntax of templates, without characters that mean
// something in YAML.
const anotherDay = "(toDate `2006-01-02` `2001-02-03`)"

// rewritten is the chart with its templates changed. What is text and not an
// action stays, and so do values that hold templates.
func rewritten(files []File, v variant) []File {
	out := make([]File, len(files))
	for i, f := range files {
		out[i] = f
		if isTemplate(f.Name) {
			out[i].Data = []byte(rewrite(string(f.Data), v))
		}
	}
	return out
}

func rewrite(text string, v variant) string {
	var out strings.Builder
	at := 0
	put := func(until int, instead string, resume int) {
		out.WriteString(text[at:until])
		out.WriteString(instead)
		at = resume
	}
	// Pipes are put where commands end, which is after words that follow.
	list, pipes := words(text), map[int]string{}
	for _, w := range list {
		if w.command > 0 {
			pipes[w.command] += v.pipe(text[w.begin:w.end])
		}
	}
	ends := slices.Sorted(maps.Keys(pipes))
	flush := func(before int) {
		for len(ends) > 0 && ends[0] <= before {
			put(ends[0], pipes[ends[0]], ends[0])
			ends = ends[1:]
		}
	}
	for _, w := range list {
		flush(w.begin)
		if v.clock && text[w.begin:w.end] == "now" {
			put(w.begin, anotherDay, w.end)
		}
	}
	flush(len(text))
	out.WriteString(text[at:])
	return out.String()
}

// pipe is what is put behind the command of a function.
func (v variant) pipe(function string) string {
	switch {
	case function == "keys" && v.turned:
		return " | sortAlpha | reverse "
	case function == "keys":
		return " | sortAlpha "
	case function == "values" && v.turned:
		return " | reverse "
	}
	return ""
}

// word is a name in an action that can be that of a function.
type word struct {
	begin, end int
	// command is where the command that the word begins ends; 0 when the word is
	// an argument.
	command int
}

// words finds the names in the actions of a template that are neither fields nor
// variables nor text.
func words(text string) []word {
	var out []word
	for at := 0; ; {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			return out
		}
		s := scanner{text: text, at: at + open + 2}
		s.action()
		out, at = append(out, s.words...), s.at
	}
}

// scanner reads one action.
type scanner struct {
	text  string
	at    int
	words []word
}

// action reads until after the closing braces. The words that wait, by depth of
// parentheses, are those that begin a command.
func (s *scanner) action() {
	if comment := strings.TrimLeft(strings.TrimPrefix(s.text[s.at:], "-"), " \t\r\n"); strings.HasPrefix(comment, "/*") {
		s.skipPast("*/")
		s.skipPast("}}")
		return
	}
	first, waiting := true, []int{-1}
	finish := func() {
		if i := waiting[len(waiting)-1]; i >= 0 {
			s.words[i].command = s.at
		}
		waiting[len(waiting)-1] = -1
		first = true
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case strings.HasPrefix(s.text[s.at:], "}}") || strings.HasPrefix(s.text[s.at:], "-}}"):
			finish()
			s.skipPast("}}")
			return
		case c == '"' || c == '`' || c == '\'':
			s.quoted(c)
			first = false
			continue
		case c == '|':
			finish()
		case c == '(':
			waiting, first = append(waiting, -1), true
		case c == ')':
			finish()
			if len(waiting) > 1 {
				waiting = waiting[:len(waiting)-1]
			}
			first = false
		case c == '=' || c == ',':
			first = true
		case isLetter(c):
			begin := s.at
			for s.at < len(s.text) && isLetter(s.text[s.at]) {
				s.at++
			}
			if begin > 0 && (s.text[begin-1] == '.' || s.text[begin-1] == '$') {
				first = false
				continue
			}
			switch s.text[begin:s.at] {
			case "if", "else", "with", "range", "define", "block", "template", "end":
				first = true
				continue
			}
			s.words = append(s.words, word{begin: begin, end: s.at})
			if first {
				waiting[len(waiting)-1] = len(s.words) - 1
			}
			first = false
			continue
		case c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '-':
			first = false
		}
		s.at++
	}
}

func (s *scanner) skipPast(end string) {
	if i := strings.Index(s.text[s.at:], end); i >= 0 {
		s.at += i + len(end)
		return
	}
	s.at = len(s.text)
}

func (s *scanner) quoted(quote byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\' && quote != '`':
			s.at++
		case c == quote:
			s.at++
			return
		}
	}
}

// isLetter is for names as templates have them; in text beyond ASCII every byte
// counts, so that no name is cut.
func isLetter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}
