package charts

import (
	"net/url"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// digestForm is how digests are written in charts.lock.
var digestForm = validate.NewForm(`sha256:[0-9a-f]{64}`, 71)

// check is what is wrong with name, version and repository of an entry: what is
// wrong with a spec that names the chart. Whether http is allowed is not the
// lock's business.
func (e Entry) check(path *field.Path) []validate.Problem {
	p := &validate.Problems{}
	helmchart.ValidateRef(p, path, v1alpha1.ChartRef{
		Name: e.Name, Version: e.Version, Repository: e.Repository, Insecure: scheme(e.Repository) == "http",
	})
	return p.List()
}

// scheme is that of an address; empty when it is none.
func scheme(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme
}

// unsound reports a chart whose name, version or repository is wrong.
func unsound(e Entry) diag.List {
	var list diag.List
	for _, p := range e.check(field.NewPath("chart")) {
		d := diag.New("", "%s", p.Message)
		d.Path, d.Hint = p.Path, p.Hint
		list = append(list, d)
	}
	return list
}
