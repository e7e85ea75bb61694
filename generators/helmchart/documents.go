package helmchart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// document is one object that a template gives.
type document struct {
	// template is the path of its template, from the chart's name on.
	template string
	object   *unstructured.Unstructured
	// crd is whether it comes from a crds folder.
	crd bool
	// hook is what Helm would do with it; nil for ordinary objects.
	hook *hook
}

// String names an object in messages.
func (d document) String() string { return d.object.GetKind() + " " + d.object.GetName() }

// documents are the objects of a rendering, in Helm's order of files.
func (r renderer) documents(p *validate.Problems, from rendered) []document {
	var all []document
	if *r.options.Release.IncludeCRDs {
		for _, file := range from.crds {
			all = append(all, r.split(p, file.Name, string(file.Data), true)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from.templates)) {
		if isNotes(name) || strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		all = append(all, r.split(p, name, from.templates[name], false)...)
	}
	return all
}

// definedElsewhere are the definitions of the chart's crds folder, if they are left
// out. What is wrong with them does not matter then.
func (r renderer) definedElsewhere(from rendered) []document {
	if *r.options.Release.IncludeCRDs {
		return nil
	}
	var all []document
	ignored := &validate.Problems{}
	for _, file := range from.crds {
		all = append(all, r.split(ignored, file.Name, string(file.Data), true)...)
	}
	return all
}

// separator is where Helm splits what a template gives: what (?:^|\s*\n)---\s*
// matches first. As a regular expression it would begin anew at each space, which
// takes a fifth of the time of an ordinary chart, and the square of it in a text
// of spaces.
func separator(text string) (begin, end int, found bool) {
	const dashes, space = "---", "\t\n\f\r "
	if !strings.HasPrefix(text, dashes) {
		at := strings.Index(text, "\n"+dashes)
		if at < 0 {
			return 0, 0, false
		}
		begin, end = len(strings.TrimRight(text[:at], space)), at+1
	}
	return begin, len(text) - len(strings.TrimLeft(text[end+len(dashes):], space)), true
}

func (r renderer) split(p *validate.Problems, template, content string, crd bool) []document {
	var out []document
	// Helm ignores the empty lines that ifs and comments leave at the beginning.
	begin := len(content) - len(strings.TrimLeftFunc(content, unicode.IsSpace))
	if at, after, found := separator(content[begin:]); found && at == 0 {
		begin += after
	}
	for begin < len(content) {
		end, next := len(content), len(content)
		if at, after, found := separator(content[begin:]); found {
			end, next = begin+at, begin+after
		}
		text, before := content[begin:end], strings.Count(content[:begin], "\n")
		begin = next
		text = strings.TrimRightFunc(text, unicode.IsSpace)
		if text == "" {
			continue
		}
		// Helm ends each with one line break, which text at the end keeps.
		data, err := yaml.YAMLToJSON([]byte(text + "\n"))
		if err != nil {
			p.Add(r.options.Path.Child("values"), fmt.Sprintf("make the template %s give what is not YAML: %s", validate.Quote(template), yamlError(err, before)),
				"write the values that the chart expects, or take another version of it")
			continue
		}
		fields, err := exactly(data)
		if err != nil {
			r.unfit(p, template, before, "is not an object")
			continue
		}
		if fields == nil { // Nothing but comments.
			continue
		}
		for _, item := range items(fields) {
			object, ok := item.(map[string]any)
			if !ok {
				r.unfit(p, template, before, "is a list of more than objects")
				continue
			}
			fillNulls(object)
			d := document{template: template, object: &unstructured.Unstructured{Object: object}, crd: crd}
			if missing := incomplete(object); missing != "" {
				r.unfit(p, template, before, missing)
				continue
			}
			d.hook = hookOf(d.object)
			out = append(out, d)
		}
	}
	return out
}

func (r renderer) unfit(p *validate.Problems, template string, before int, problem string) {
	p.Add(r.options.Path.Child("values"), fmt.Sprintf("make the template %s give, from line %d on, what %s", validate.Quote(template), before+1, problem),
		"write the values that the chart expects, or take another version of it")
}

// exactly decodes an object with its numbers as they are written.
func exactly(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var fields map[string]any
	return fields, decoder.Decode(&fields)
}

// items are the objects in a list, and in lists in it, or the object itself.
func items(object map[string]any) []any {
	kind, _ := object["kind"].(string)
	in, ok := object["items"].([]any)
	version, _ := object["apiVersion"].(string)
	if !ok || version == "" || !strings.HasSuffix(kind, "List") {
		return []any{object}
	}
	var out []any
	for _, item := range in {
		if inner, ok := item.(map[string]any); ok {
			out = append(out, items(inner)...)
		} else {
			out = append(out, item)
		}
	}
	return out
}

// incomplete says what an object lacks to be one, or holds in a type that no
// object has; empty when nothing.
func incomplete(object map[string]any) string {
	text := func(in map[string]any, key string) bool { s, ok := in[key].(string); return ok && s != "" }
	switch metadata, _ := object["metadata"].(map[string]any); {
	case !text(object, "apiVersion"):
		return "has no apiVersion"
	case !text(object, "kind"):
		return "has no kind"
	case !text(metadata, "name"):
		return "has no metadata.name"
	case metadata["namespace"] != nil && !isText(metadata["namespace"]):
		return "has a metadata.namespace that is not text"
	case !isTextMap(metadata["labels"]):
		return "has metadata.labels that are not text"
	case !isTextMap(metadata["annotations"]):
		return "has metadata.annotations that are not text"
	}
	return ""
}

// fillNulls makes labels and annotations without a value empty, as Kubernetes
// reads them.
func fillNulls(object map[string]any) {
	metadata, _ := object["metadata"].(map[string]any)
	for _, block := range []string{"labels", "annotations"} {
		table, _ := metadata[block].(map[string]any)
		for key, value := range table {
			if value == nil {
				table[key] = ""
			}
		}
	}
}

func isText(value any) bool { _, ok := value.(string); return ok }

func isTextMap(value any) bool {
	if value == nil {
		return true
	}
	table, ok := value.(map[string]any)
	if !ok {
		return false
	}
	for _, v := range table {
		if !isText(v) {
			return false
		}
	}
	return true
}
