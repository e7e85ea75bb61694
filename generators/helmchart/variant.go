package helmchart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// variant is how a chart is changed to see what its output depends on.
type variant struct {
	// clock puts one day of the past in the place of the present, and makes fail
	// what reads the clock by itself.
	clock bool
	// turned gives what has the order of a map another order: that of the
	// alphabet, backwards instead of forwards.
	turned bool
	// traps makes fail what gives something else each time.
	traps bool
	// texts changes the actions in text too, which tpl may take for a template:
	// in values, in files and in quotes.
	texts bool
}

// What stands in the place of words holds no quotes, so that it fits into text of
// every kind, and no word of a chart is like it: [restored] undoes it in what was
// not executed.
const anotherDay = "(toDate (toString 20060102150405) (toString 20010203040506))"

// dated are functions that take something else than a time for the present, by
// the place of that time among their arguments.
var dated = map[string]int{"date": 2, "dateInZone": 2, "date_in_zone": 2, "htmlDate": 1, "htmlDateInZone": 1, "durationRound": 1}

// guard is the number by which a function is known in a variant.
func guard(function string) string {
	all := slices.Concat(slices.Sorted(maps.Keys(dated)), trapped())
	return fmt.Sprintf("(toString 20010203%03d)", slices.Index(all, function))
}

// trapped are the functions that a variant may have fail.
func trapped() []string { return slices.Concat(random, byChance, ofMap, []string{"ago"}) }

// trap fails when it is executed, wherever a function may stand.
func trap(function string) string { return "(fail " + guard(function) + ")" }

// guards are the templates that stand in the place of functions which read the
// clock when they are not given a time.
func guards() *chart.File {
	var out strings.Builder
	for _, function := range slices.Sorted(maps.Keys(dated)) {
		call, fine := "", `(list "time.Time" "*time.Time" "int" "int32" "int64")`
		switch function {
		case "date":
			call = "date (index . 1) (index . 2)"
		case "dateInZone", "date_in_zone":
			call = "dateInZone (index . 1) (index . 2) (index . 3)"
		case "htmlDate":
			call = "htmlDate (index . 1)"
		case "htmlDateInZone":
			call = "htmlDateInZone (index . 1) (index . 2)"
		case "durationRound":
			call, fine = "durationRound (index . 1)", `(list "string" "int64")`
		}
		number := strings.Fields(strings.Trim(guard(function), "()"))[1]
		fmt.Fprintf(&out, `{{ define "%s" }}{{ if has (typeOf (index . %d)) %s }}{{ %s }}{{ else }}{{ fail "this reads the clock" }}{{ end }}{{ end }}`,
			number, dated[function], fine, call)
	}
	return &chart.File{Name: "templates/_20010203.tpl", Data: []byte(out.String())}
}

// restored is text without what [variant] put into it.
func restored(text string) string {
	text = strings.ReplaceAll(text, anotherDay, "now")
	for _, function := range trapped() {
		text = strings.ReplaceAll(text, trap(function), function)
	}
	for function := range dated {
		text = strings.ReplaceAll(text, " | include "+guard(function)+" ", "")
		text = strings.ReplaceAll(text, "list "+guard(function), function)
	}
	return text
}

// apply changes a chart and the charts in it. Argument and result are the values
// for it.
func (v variant) apply(c *chart.Chart, values map[string]any) map[string]any {
	v.applyTo(c)
	if v.clock {
		c.Templates = append(c.Templates, guards())
	}
	if !v.texts {
		return values
	}
	changed, _ := v.value(values).(map[string]any)
	return changed
}

func (v variant) applyTo(c *chart.Chart) {
	for _, f := range c.Templates {
		// What is printed after an installation may tell the time.
		if !isNotes(f.Name) || strings.Contains(string(f.Data), "define") {
			f.Data = []byte(v.rewrite(string(f.Data), true))
		}
	}
	if v.texts {
		for _, f := range c.Files {
			f.Data = []byte(v.rewrite(string(f.Data), false))
		}
		c.Values, _ = v.value(c.Values).(map[string]any)
	}
	for _, d := range c.Dependencies() {
		v.applyTo(d)
	}
}

// value is a value with the actions in its text changed.
func (v variant) value(of any) any {
	switch of := of.(type) {
	case string:
		return v.rewrite(of, false)
	case map[string]any:
		out := make(map[string]any, len(of))
		for key, value := range of {
			out[v.rewrite(key, false)] = v.value(value)
		}
		return out
	case []any:
		out := make([]any, len(of))
		for i, item := range of {
			out[i] = v.value(item)
		}
		return out
	}
	return of
}

// edit puts something in the place of a part of a text.
type edit struct {
	begin, end int
	instead    string
}

// rewrite changes the actions of a text, which is a template or may become one.
// What is text and not an action stays.
func (v variant) rewrite(text string, template bool) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	words, literals := scan(text)
	var edits []edit
	for _, w := range words {
		instead, pipe := v.replacement(text[w.begin:w.end], template)
		if strings.HasPrefix(instead, "list ") && w.command == 0 {
			continue
		}
		if instead != "" {
			edits = append(edits, edit{w.begin, w.end, instead})
		}
		if pipe != "" && w.command > 0 {
			edits = append(edits, edit{w.command, w.command, pipe})
		}
	}
	for _, l := range literals {
		if quoted := text[l[0]:l[1]]; v.texts && strings.Contains(quoted, "{{") {
			edits = append(edits, edit{l[0], l[1], v.literal(quoted)})
		}
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.begin, b.begin) })
	var out strings.Builder
	at := 0
	for _, e := range edits {
		out.WriteString(text[at:e.begin] + e.instead)
		at = e.end
	}
	return out.String() + text[at:]
}

// literal changes the actions in text that a template has in quotes.
func (v variant) literal(quoted string) string {
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return quoted
	}
	changed := v.rewrite(text, false)
	switch {
	case changed == text:
		return quoted
	case quoted[0] == '`':
		return "`" + changed + "`"
	}
	return strconv.Quote(changed)
}

// replacement is what is put in the place of a function, if anything, and behind
// its command.
func (v variant) replacement(function string, template bool) (instead, pipe string) {
	_, isDated := dated[function]
	switch {
	case v.traps && (slices.Contains(random, function) || slices.Contains(byChance, function) || !template && slices.Contains(ofMap, function)):
		return trap(function), ""
	case v.clock && function == "now":
		return anotherDay, ""
	case v.clock && function == "ago":
		return trap(function), ""
	case v.clock && isDated:
		return "list " + guard(function), " | include " + guard(function) + " "
	case !template:
		// An order that is put into text could not be taken out of it again.
	case function == "keys" && v.turned:
		return "", " | sortAlpha | reverse "
	case function == "keys":
		return "", " | sortAlpha "
	case function == "values" && v.turned:
		return "", " | reverse "
	}
	return "", ""
}
