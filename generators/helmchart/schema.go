package helmchart

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"helm.sh/helm/v3/pkg/chart"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// checkSchema holds values to the schemas of the chart and of the charts in it.
// Helm's own check would fetch what a schema refers to from files and over the
// network; here a schema that is not complete in itself is refused.
func checkSchema(p *validate.Problems, path *field.Path, chartPath *field.Path, c *chart.Chart, values map[string]any) {
	if c.Schema != nil {
		checkOneSchema(p, path, chartPath, c, values)
	}
	for _, d := range c.Dependencies() {
		if below, ok := values[d.Name()].(map[string]any); ok {
			checkSchema(p, path.Child(d.Name()), chartPath, d, below)
		}
	}
}

const schemaURL = "file:///values.schema.json"

func checkOneSchema(p *validate.Problems, path, chartPath *field.Path, c *chart.Chart, values map[string]any) {
	schema, err := compile(c.Schema)
	if err != nil {
		p.Add(chartPath, fmt.Sprintf("has a values.schema.json that cannot be used (in %s): %s", validate.Quote(c.ChartFullPath()), oneLine(err.Error())),
			"take another version of the chart")
		return
	}
	err = schema.Validate(values)
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &invalid):
		printer := message.NewPrinter(language.English)
		for _, leaf := range leaves(invalid) {
			at := path
			for _, part := range leaf.InstanceLocation {
				at = at.Child(part)
			}
			p.Add(at, fmt.Sprintf("is against the schema of the chart %s: %s", validate.Quote(c.Name()), oneLine(leaf.ErrorKind.LocalizedString(printer))),
				"write what the chart's documentation says")
		}
	case err != nil:
		p.Add(path, fmt.Sprintf("cannot be held to the schema of the chart %s: %s", validate.Quote(c.Name()), oneLine(err.Error())), "take another version of the chart")
	}
}

func compile(data []byte) (schema *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, err = nil, fmt.Errorf("%v", r)
		}
	}()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nowhere{})
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaURL)
}

// nowhere is where a schema can refer to outside of itself.
type nowhere struct{}

// Load always fails.
func (nowhere) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to %s, and nothing outside of the chart is read", validate.Quote(url))
}

// leaves are the errors that say something: those above them only say that there
// are errors below.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var out []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		out = append(out, leaves(cause)...)
	}
	return out
}

// yamlError is an error of the YAML parser without the package's name, its line
// counted from where the document begins.
func yamlError(err error, before int) string {
	text := oneLine(err.Error())
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: ", "unmarshal errors: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, rest, _ := strings.Cut(text, ": ")
		return fmt.Sprintf("line %d: %s", line+before, rest)
	}
	return text
}
