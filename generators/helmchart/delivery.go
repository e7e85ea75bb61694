package helmchart

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// schemeOCI begins the URL of a registry.
const schemeOCI = "oci://"

func isOCI(repository string) bool { return strings.HasPrefix(repository, schemeOCI) }

// deliveryOf is the metadata of what tells a controller to install the chart.
func (o Options) deliveryOf(component string) meta.Of {
	return meta.Of{
		Name: o.Scope.PartOf, App: o.Chart.Name, Instance: o.Release.ReleaseName,
		Component: component, Wave: meta.WavePlatform,
	}
}

// handedOver are the values for a chart that a controller renders, and whether it
// can. The controller pulls the chart itself: it knows nothing of charts.lock, nor
// of the chart's folder here.
func handedOver(p *validate.Problems, o Options, files Files) (map[string]any, bool) {
	delivery := o.Path.Child("delivery")
	if o.Chart.Repository == "" {
		p.Add(o.Path.Child("chart", "repository"), fmt.Sprintf("is missing, and with delivery %s the controller pulls the chart", o.Release.Delivery),
			"write the repository, or delivery: inflate for a chart in charts/")
	}
	if files == nil && len(o.Release.ValuesFiles) > 0 {
		p.Add(o.Path.Child("valuesFiles"), "cannot be had: no files are handed in here", "write the values into the spec, or hand in files")
		return nil, false
	}
	values := userValues(p, o, files)
	if lost := nulls("", values); len(lost) > 0 {
		p.Add(o.Path.Child("values"), fmt.Sprintf("give null to %s, which does not survive the way through Kubernetes to the controller", oneLine(strings.Join(lost, ", "))),
			"write the value that switches it off, or delivery: inflate")
	}
	if validate.HasErrors(p.List()) {
		return nil, false
	}
	warnSecrets(p, o.Path.Child("values"), values, "")
	p.Note(delivery, fmt.Sprintf("is %s: the controller pulls the chart by its version alone, without the digest in charts.lock, and nobody sees here what it installs", o.Release.Delivery),
		"write delivery: inflate to review the objects themselves")
	return values, true
}

// nulls are the names of values that are null, sorted, each after those of the
// tables and lists it is in.
func nulls(name string, value any) []string {
	var found []string
	switch v := value.(type) {
	case nil:
		return []string{name}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			found = append(found, nulls(strings.TrimPrefix(name+"."+key, "."), v[key])...)
		}
	case []any:
		for i, item := range v {
			found = append(found, nulls(fmt.Sprintf("%s[%d]", name, i), item)...)
		}
	}
	return found
}
