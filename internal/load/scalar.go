package load

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// What YAML 1.1, YAML 1.2 and the parsers in use take for something else than
// text. YAML 1.1 is what Kubernetes tools mostly read.
var (
	decimal     = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	looseNumber = regexp.MustCompile(`^[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?$`)
	baseNumber  = regexp.MustCompile(`^[-+]?0([xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)$`)
	infinity    = regexp.MustCompile(`^[-+]?\.(?i:inf)$|^\.(?i:nan)$`)
	sexagesimal = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
	timestamp   = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$`)

	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

	coreInt   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	coreFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

// readAs returns what a plain scalar is read as by some YAML parser, or "" when
// all of them read text.
func readAs(text string) string {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false":
		return "a boolean"
	case "", "~", "null":
		return "nothing"
	case "=", "<<":
		return "a special value"
	}
	if c := text[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return ""
	}
	switch {
	case looseNumber.MatchString(text), baseNumber.MatchString(text), infinity.MatchString(text):
		return "a number"
	case sexagesimal.MatchString(text):
		return "a number in base 60"
	case timestamp.MatchString(text):
		return "a date"
	}
	return ""
}

// isNull reports whether a plain scalar is no value.
func isNull(text string) bool {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// coreValue reads a plain scalar by the core schema of YAML 1.2.
func coreValue(text string) any {
	if isNull(text) {
		return nil
	}
	switch text {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	case ".nan", ".NaN", ".NAN":
		return math.NaN()
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return math.Inf(1)
	case "-.inf", "-.Inf", "-.INF":
		return math.Inf(-1)
	}
	if digits, ok := strings.CutPrefix(text, "0o"); ok {
		return based(text, digits, 8)
	}
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		return based(text, digits, 16)
	}
	if coreInt.MatchString(text) {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return i
		}
	}
	if coreFloat.MatchString(text) {
		// Out of range gives an infinity, as other parsers do.
		f, _ := strconv.ParseFloat(text, 64)
		return f
	}
	return text
}

func based(text, digits string, base int) any {
	if strings.ContainsAny(digits, "+-_") {
		return text
	}
	if i, err := strconv.ParseInt(digits, base, 64); err == nil {
		return i
	}
	return text
}
