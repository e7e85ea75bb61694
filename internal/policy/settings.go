package policy

import (
	"encoding/json"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// nameCheck is told a name and the text that stands for it, and where.
type nameCheck func(at value, name, text string, severity diag.Severity)

// arguments reads flags, as in --token=…, --token … and password=….
func arguments(args []value, check nameCheck) {
	for i, arg := range args {
		name, text, assigned := strings.Cut(arg.text(), "=")
		flag := strings.HasPrefix(name, "-")
		if assigned && !strings.ContainsAny(name, " \t\n") {
			check(arg, strings.TrimLeft(name, "-"), text, "")
		}
		if !assigned && flag && i+1 < len(args) && !strings.HasPrefix(args[i+1].text(), "-") {
			check(args[i+1], strings.TrimLeft(name, "-"), args[i+1].text(), "")
		}
		settings(arg, arg.text(), check)
	}
}

// settings reads a configuration file, a script or a connection string: JSON,
// lines with a name and what it is, and words in which it is after an equals
// sign.
func settings(of value, text string, check nameCheck) {
	var document any
	if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Unmarshal([]byte(text), &document) == nil {
		everyText(value{raw: document}, func(v value) { check(of, v.key(), v.text(), "") })
		return
	}
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
			continue
		}
		if end := strings.IndexAny(line, "=:"); end > 0 {
			assigned(of, line[:end], line[end+1:], check)
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t;&?", r) }) {
			name, text, ok := strings.Cut(word, "=")
			for ok {
				assigned(of, strings.TrimLeft(name, `-'"`), text, check)
				name, text, ok = strings.Cut(text, "=")
			}
		}
	}
}

// assigned reads what a name is set to, with quotes or one word.
func assigned(of value, name, text string, check nameCheck) {
	name, text = strings.Trim(strings.TrimSpace(name), `"'`), strings.TrimSpace(text)
	if name == "" || strings.ContainsAny(name, " \t#/(){}[]$<>|") {
		return
	}
	if quote := strings.IndexAny(text, `"'`); quote == 0 {
		text, _, _ = strings.Cut(text[1:], text[:1])
	} else {
		text = strings.TrimRight(text, `"',;`)
		if strings.ContainsAny(text, " \t") {
			return
		}
	}
	check(of, name, text, "")
}
