package helmchart

import "strings"

// word is a name in an action that can be that of a function.
type word struct {
	begin, end int
	// command is where the command that the word begins ends; 0 when the word is
	// an argument.
	command int
}

// scan finds the names in the actions of a template that are neither fields nor
// variables nor text, and the text in quotes.
func scan(text string) (words []word, literals [][2]int) {
	for at := 0; ; {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			return words, literals
		}
		s := scanner{text: text, at: at + open + 2}
		s.action()
		words, literals, at = append(words, s.words...), append(literals, s.literals...), s.at
	}
}

// scanner reads one action.
type scanner struct {
	text  string
	at    int
	words []word
	// literals are where quoted text begins and ends, with its quotes.
	literals [][2]int
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
			begin := s.at
			s.quoted(c)
			s.literals = append(s.literals, [2]int{begin, s.at})
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
