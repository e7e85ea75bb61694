package helmchart

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// userValues are the values that the spec gives a chart, without the chart's own:
// those of its kind, those of the files in their order, and the spec's over them.
func userValues(p *validate.Problems, o Options, files Files) map[string]any {
	values := map[string]any{}
	layer := func(own v1alpha1.Values) map[string]any {
		table, err := asHelmReads(own)
		if err != nil {
			p.Add(o.Path.Child("values"), "hold what Helm has no type for: "+oneLine(err.Error()), "write numbers that a 64-bit floating-point number can hold")
		}
		values = over(table, values)
		return table
	}
	layer(o.Base)
	for i, name := range o.Release.ValuesFiles {
		at := o.Path.Child("valuesFiles").Index(i)
		content, err := files.Values(name)
		if err != nil {
			for _, e := range fileErrors(err, "write the path of a file below the folder with charts.lock") {
				p.Add(at, fmt.Sprintf("is %s, which %s", validate.Quote(name), e.Message), e.Hint)
			}
			continue
		}
		var file any
		if err := yaml.UnmarshalStrict(content, &file); err != nil {
			p.Add(at, fmt.Sprintf("is %s, which is not YAML: %s", validate.Quote(name), yamlError(err, 0)), "correct the file")
			continue
		}
		table, ok := file.(map[string]any)
		if !ok && file != nil {
			p.Add(at, fmt.Sprintf("is %s, which holds no map", validate.Quote(name)), "write names and values, as in replicas: 2, like the chart's own values.yaml")
			continue
		}
		values = over(table, values)
		for _, fixed := range given(o.Fixed, table) {
			p.Add(at, fmt.Sprintf("is %s, which gives %s", validate.Quote(name), fixed), o.Fixed[fixed])
		}
	}
	own := layer(o.Release.Values)
	for _, name := range given(o.Fixed, own) {
		p.Add(o.Path.Child("values", strings.Split(name, ".")...), "is not for the values here", o.Fixed[name])
	}
	return values
}

// given are those of the fixed values that a table has, null included.
func given(fixed map[string]string, table map[string]any) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		parts := strings.Split(name, ".")
		in, last := table, len(parts)-1
		for _, part := range parts[:last] {
			in, _ = in[part].(map[string]any)
		}
		if _, ok := in[parts[last]]; ok {
			out = append(out, name)
		}
	}
	return out
}

// asHelmReads gives values the types that they have when Helm reads them from a
// file: every number is a floating-point number, and templates print it so.
func asHelmReads(values v1alpha1.Values) (map[string]any, error) {
	data, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(data, &out)
}

// over lays tables over others, as Helm lays each file with values over those
// before it: tables are merged, all else is replaced, by null too.
func over(top, base map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(top))
	maps.Copy(out, base)
	for key, value := range top {
		if table, ok := value.(map[string]any); ok {
			if below, ok := out[key].(map[string]any); ok {
				out[key] = over(table, below)
				continue
			}
		}
		out[key] = value
	}
	return out
}

// clone copies values for one rendering: templates can change them.
func clone(values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for key, value := range values {
		out[key] = cloneValue(value)
	}
	return out
}

func cloneValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		return clone(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cloneValue(item)
		}
		return out
	}
	return value
}

// oneLine makes the text of another library's error fit into a message. Of a long
// one the beginning says where it happened, and the end what.
func oneLine(text string) string {
	const head, tail = 160, 240
	text = strings.Join(strings.Fields(text), " ")
	out := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text))
	if len(out) > head+tail {
		return string(out[:head]) + " … " + string(out[len(out)-tail:])
	}
	return string(out)
}
