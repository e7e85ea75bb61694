package helmchart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// checkTypes refuses values that Helm cannot take, and warns of those that it takes
// but hardly as they were meant, about which it only writes to its log.
func (r renderer) checkTypes(p *validate.Problems, c *chart.Chart) {
	path := r.options.Path.Child("values")
	charts := map[string]bool{}
	for _, d := range c.Dependencies() {
		charts[d.Name()] = true
	}
	for _, d := range c.Metadata.Dependencies {
		charts[cmp.Or(d.Alias, d.Name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(charts)) {
		if _, ok := r.values[name].(map[string]any); !ok && r.values[name] != nil {
			p.Add(path.Child(name), "is not a map, but the values of a chart in the chart", "write the names and values of that chart below it")
		}
	}
	warnTables(p, path, r.values, defaultsOf(c))
	for _, d := range c.Metadata.Dependencies {
		for condition := range strings.SplitSeq(strings.TrimSpace(d.Condition), ",") {
			value, err := chartutil.Values(r.values).PathValue(condition)
			if _, ok := value.(bool); err == nil && value != nil && !ok {
				p.Warn(path.Child(condition), fmt.Sprintf("is neither true nor false, so that it does not switch the chart %s", validate.Quote(d.Name)), "write true or false, without quotes")
			}
		}
	}
}

// defaultsOf are the values that a chart has without anybody's, those of charts
// in it at their names.
func defaultsOf(c *chart.Chart) map[string]any {
	out := maps.Clone(c.Values)
	if out == nil {
		out = map[string]any{}
	}
	for _, d := range c.Dependencies() {
		own, _ := out[d.Name()].(map[string]any)
		out[d.Name()] = over(own, defaultsOf(d))
	}
	return out
}

func warnTables(p *validate.Problems, path *field.Path, values, defaults map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value, known := values[key], defaults[key]
		if value == nil || known == nil {
			continue
		}
		table, isTable := value.(map[string]any)
		below, wasTable := known.(map[string]any)
		switch {
		case isTable && wasTable:
			warnTables(p, path.Child(key), table, below)
		case isTable:
			p.Warn(path.Child(key), "is a map, but by default the chart has a single value there", "look at the chart's values.yaml")
		case wasTable:
			p.Warn(path.Child(key), "is a single value or a list, but by default the chart has a map there", "look at the chart's values.yaml")
		}
	}
}
