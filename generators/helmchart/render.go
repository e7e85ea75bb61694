package helmchart

import (
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// inflate renders the chart into objects.
func inflate(p *validate.Problems, o Options, files Files) []meta.Object {
	at := o.Path.Child("chart")
	if files == nil {
		p.Add(at, "cannot be had: there are no charts", "give the generator the charts that specs name")
		return nil
	}
	raw, err := files.Chart(o.Chart)
	if err != nil {
		for _, e := range fileErrors(err, "run atticgen chart pull if the chart has not been pulled yet") {
			p.Add(at, e.Message, e.Hint)
		}
		return nil
	}
	values := userValues(p, o, files)
	checked, err := checkedFiles(raw)
	if err != nil {
		p.Add(at, oneLine(err.Error()), "or take another version of the chart")
		return nil
	}
	if validate.HasErrors(p.List()) {
		return nil
	}
	r := renderer{options: o, files: checked, values: values}
	if r.check(p); validate.HasErrors(p.List()) {
		return nil
	}
	rendered, err := r.render(nil)
	if err != nil {
		if strings.HasPrefix(err.Error(), "parse error") {
			p.Add(at, "has a template that is none: "+oneLine(err.Error()), "take another version of the chart")
			return nil
		}
		p.Add(o.Path.Child("values"), "cannot be rendered: "+oneLine(err.Error()), "write the values that the chart asks for")
		return nil
	}
	documents := r.documents(p, rendered)
	if validate.HasErrors(p.List()) {
		return nil
	}
	r.checkStable(p, documents)
	return r.place(p, documents, r.definedElsewhere(rendered))
}

// renderer is a release while it is rendered.
type renderer struct {
	options Options
	files   []File
	values  map[string]any
}

func (r renderer) chartPath() *field.Path { return r.options.Path.Child("chart") }

// rendered is what a rendering gives.
type rendered struct {
	// crds are the files of the crds folders, which are not templates, in Helm's
	// order.
	crds []File
	// templates are what each template gives, by its path from the chart's
	// name on.
	templates map[string]string
}

// check looks at the chart before anything of it runs.
func (r renderer) check(p *validate.Problems) {
	err := guarded(func() error {
		c, err := load(r.files)
		if err != nil {
			return err
		}
		checkChart(p, r.chartPath(), c, r.options.Chart, r.options.Release.KubeVersion)
		if validate.HasErrors(p.List()) {
			return nil
		}
		if r.checkTypes(p, c); validate.HasErrors(p.List()) {
			return nil
		}
		values, err := r.helmValues(c)
		if err != nil {
			return err
		}
		checkSchema(p, r.options.Path.Child("values"), r.chartPath(), c, values)
		return nil
	})
	if err != nil {
		p.Add(r.chartPath(), "cannot be loaded: "+oneLine(err.Error()), "take another version of the chart, or pull it again")
	}
}

// helmValues are the chart's values with the user's over them; charts in the
// chart that the values switch off are gone from it after.
func (r renderer) helmValues(c *chart.Chart) (map[string]any, error) {
	user := clone(r.values)
	if err := chartutil.ProcessDependenciesWithMerge(c, user); err != nil {
		return nil, err
	}
	values, err := chartutil.CoalesceValues(c, user)
	return values, err
}

// render renders the chart, or a variant of it. Each rendering loads it anew:
// templates can change values.
func (r renderer) render(v *variant) (out rendered, err error) {
	err = guarded(func() error {
		c, err := load(r.files)
		if err != nil {
			return err
		}
		user := clone(r.values)
		if v != nil {
			user = v.apply(c, user)
		}
		if err := chartutil.ProcessDependenciesWithMerge(c, user); err != nil {
			return err
		}
		capabilities, err := r.capabilities()
		if err != nil {
			return err
		}
		release := chartutil.ReleaseOptions{
			Name:      r.options.Release.ReleaseName,
			Namespace: r.options.Scope.Namespace,
			Revision:  1,
			IsInstall: true,
		}
		// The schemas have been checked already, without Helm's loader.
		const skipSchemas = true
		values, err := chartutil.ToRenderValuesWithSchemaValidation(c, user, release, capabilities, skipSchemas)
		if err != nil {
			return err
		}
		// This engine has no client, so that lookup finds nothing, and looks up
		// no names.
		out.templates, err = engine.Engine{EnableDNS: false}.Render(c, values)
		if err != nil {
			return err
		}
		for _, crd := range c.CRDObjects() {
			out.crds = append(out.crds, File{Name: crd.Filename, Data: crd.File.Data})
		}
		return nil
	})
	return out, err
}

// capabilities are those of "helm template" with the same options, in an order of
// their own: Helm's is another in each process.
func (r renderer) capabilities() (*chartutil.Capabilities, error) {
	version, err := chartutil.ParseKubeVersion(r.options.Release.KubeVersion)
	if err != nil {
		return nil, err
	}
	c := chartutil.DefaultCapabilities.Copy()
	c.KubeVersion = *version
	c.APIVersions = slices.Concat(c.APIVersions, r.options.Release.APIVersions)
	slices.Sort(c.APIVersions)
	return c, nil
}

// guarded turns a panic in Helm's code, which a hostile chart may provoke, into
// an error.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}

// isNotes tells whether a template is what Helm prints after an installation.
func isNotes(name string) bool { return strings.HasSuffix(name, "NOTES.txt") }
