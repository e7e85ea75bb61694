package specdoc

import (
	"regexp"
	"strings"
)

// Comments are plain text. In Markdown, what is written literally in a spec or
// elsewhere becomes code, which also keeps Markdown from reading it as markup:
// <name>-tls, 0.0.0.0/0, "3 months", minReplicas, gc.retention.
var (
	quotedOrWord = regexp.MustCompile(`"[^"]+"|[^\s"]+`)
	hasSymbol    = regexp.MustCompile(`[_/<>{}*=@]|[A-Za-z]:\w`)
	isDotted     = regexp.MustCompile(`^[\w…-]*[A-Za-z…]\w*\.\w|^[\w-]+\.[A-Za-z]`)
	isCamelCase  = regexp.MustCompile(`^[a-z]+[0-9]*[A-Z]`)
	isSymbol     = regexp.MustCompile(`^[-+_/]$`)
	special      = regexp.MustCompile("[\\\\`*_<>\\[\\]]")
)

// inline turns text into Markdown.
func inline(text string) string {
	return quotedOrWord.ReplaceAllStringFunc(text, func(word string) string {
		if strings.HasPrefix(word, `"`) {
			return code(strings.Trim(word, `"`))
		}
		core := strings.TrimRight(strings.TrimLeft(word, "("), ").,;:")
		if core == "" || !isLiteral(core) {
			return special.ReplaceAllString(word, `\$0`)
		}
		before, after, _ := strings.Cut(word, core)
		return before + code(core) + after
	})
}

func isLiteral(word string) bool {
	return hasSymbol.MatchString(word) || isDotted.MatchString(word) || isCamelCase.MatchString(word) || isSymbol.MatchString(word)
}

// code is text as a code span. Comments have no backticks.
func code(text string) string { return "`" + text + "`" }
