package helmchart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// checkedFiles are the files of the chart as Helm gets to see them: none that has
// not been checked, and no archive.
func checkedFiles(files []File) ([]File, error) {
	b := &budget{bytes: maxChartBytes, files: maxFiles}
	for _, f := range files {
		if len(f.Data) > maxFileBytes {
			return nil, fmt.Errorf("holds %s with more than %d MiB, which Helm does not load; remove it from the chart", validate.Quote(f.Name), maxFileBytes>>20)
		}
		if err := b.take(int64(len(f.Data))); err != nil {
			return nil, err
		}
	}
	return b.flatten(files, 0)
}

// load is the chart as Helm reads it, in an order that does not change.
func load(files []File) (*chart.Chart, error) {
	buffered := make([]*loader.BufferedFile, len(files))
	for i, f := range files {
		buffered[i] = &loader.BufferedFile{Name: f.Name, Data: f.Data}
	}
	c, err := loader.LoadFiles(buffered)
	if err != nil {
		return nil, err
	}
	inOrder(c)
	return c, nil
}

// inOrder sorts the charts in a chart: Helm's loader gives them the order of a
// map, and takes the first that fits a dependency.
func inOrder(c *chart.Chart) {
	in := slices.Clone(c.Dependencies())
	slices.SortStableFunc(in, func(a, b *chart.Chart) int {
		return cmp.Or(strings.Compare(a.Name(), b.Name()), strings.Compare(a.Metadata.Version, b.Metadata.Version))
	})
	c.SetDependencies(in...)
	for _, d := range in {
		inOrder(d)
	}
}

// checkChart reports what is wrong with a chart as it was loaded, before values
// switch parts of it off.
func checkChart(p *validate.Problems, path *field.Path, c *chart.Chart, ref v1alpha1.ChartRef, kubeVersion string) {
	const another = "name another chart or version, or pull the chart again"
	m := c.Metadata
	checkNames(p, path, c)
	if m.Name != ref.Name {
		p.Add(path.Child("name"), fmt.Sprintf("is %s, but the chart's own name is %s", ref.Name, validate.Quote(m.Name)), another)
	}
	if m.Version != ref.Version {
		p.Add(path.Child("version"), fmt.Sprintf("is %s, but the chart's own version is %s", ref.Version, validate.Quote(m.Version)), another)
	}
	if strings.EqualFold(m.Type, "library") {
		p.Add(path.Child("name"), fmt.Sprintf("is %s, a library for other charts, which has no objects of its own", ref.Name), "name a chart that uses it")
	}
	if m.KubeVersion != "" && !chartutil.IsCompatibleRange(m.KubeVersion, kubeVersion) {
		p.Add(path.Child("version"), fmt.Sprintf("is %s, which runs on Kubernetes %s, not on %s", ref.Version, validate.Quote(m.KubeVersion), kubeVersion),
			"write the version of your cluster into kubeVersion, or take another version of the chart")
	}
	if missing := missingDependencies(c); len(missing) > 0 {
		p.Add(path, fmt.Sprintf("declares dependencies that its folder charts/ does not hold: %s", strings.Join(missing, ", ")),
			"run helm dependency build in the chart's folder, or take the packaged chart")
	}
}

// missingDependencies are those that Chart.yaml declares and charts/ does not
// hold, switched off or not, as Helm counts them.
func missingDependencies(c *chart.Chart) []string {
	held, missing := map[string]bool{}, map[string]bool{}
	for _, d := range c.Dependencies() {
		held[d.Name()] = true
	}
	for _, d := range c.Metadata.Dependencies {
		if !held[d.Name] {
			missing[validate.Quote(d.Name)] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// checkNames holds the names of charts in charts to what cannot be taken for a
// path, and refuses two of which either could be meant.
func checkNames(p *validate.Problems, path *field.Path, c *chart.Chart) {
	const plain = "take another version of the chart; names of charts have letters, digits, hyphens, underscores and single dots"
	check := func(what, name string) {
		if !dependencyName.Matches(name) || strings.Contains(name, "..") {
			p.Add(path, fmt.Sprintf("has %s %s, which is not a plain name", what, validate.Quote(name)), plain)
		}
	}
	for _, d := range c.Metadata.Dependencies {
		check("a dependency", d.Name)
		if d.Alias != "" {
			check("a dependency by the alias", d.Alias)
		}
	}
	for i, d := range c.Dependencies() {
		check("the chart", d.Name())
		if !isVersion(d.Metadata.Version) {
			// Helm is less strict with these; only paths are dangerous.
			if problem := pathProblem(d.Metadata.Version); problem != "" || strings.Contains(d.Metadata.Version, "/") {
				p.Add(path, fmt.Sprintf("has the chart %s with the version %s, which is not a version", validate.Quote(d.Name()), validate.Quote(d.Metadata.Version)), plain)
			}
		}
		if i > 0 {
			before := c.Dependencies()[i-1]
			if before.Name() == d.Name() && before.Metadata.Version == d.Metadata.Version {
				p.Add(path, fmt.Sprintf("has the chart %s twice in one version", validate.Quote(d.Name())), "remove one of the two from the folder charts/")
			}
		}
		checkNames(p, path, d)
	}
}
