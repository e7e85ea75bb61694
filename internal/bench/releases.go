package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// releasing measures everything that renders a number of Helm charts, from a
// repository that is laid out in dir.
func (c Config) releasing(ctx context.Context, dir string, charts int) (Releasing, error) {
	r := releases{work: work{Config: c, dir: dir}}
	for i := range charts {
		r.names = append(r.names, fmt.Sprintf("release-%02d", i+1))
	}
	if err := r.lay(ctx); err != nil {
		return Releasing{}, err
	}
	if _, err := r.render("atticgen render", rendered).run(ctx); err != nil {
		return Releasing{}, err
	}
	want, err := manifests(r.path(rendered))
	if err != nil {
		return Releasing{}, err
	}
	for i := range want {
		want[i].text = withoutAdded(want[i].text)
	}
	contenders := r.contenders()
	for _, contender := range contenders {
		if _, err := contender.run(ctx); err != nil {
			return Releasing{}, err
		}
		if err := checkReleases(contender, want); err != nil {
			return Releasing{}, fmt.Errorf("%s: %w", contender.name, err)
		}
	}
	rows, err := measure(ctx, contenders, c.Runs)
	return Releasing{Charts: charts, Objects: len(want), Rows: rows}, err
}

// releases is a repository with one overlay of Helm charts, each of which has the
// name of its release.
type releases struct {
	work
	names []string
}

// platform is the overlay.
const platform = "overlays/platform"

// lay writes the charts, a spec for each and a kustomization for each side, and
// lets atticgen pin the charts.
func (r *releases) lay(ctx context.Context) error {
	var specs, inflated strings.Builder
	specs.WriteString("kind: Kustomization\ngenerators:\n")
	inflated.WriteString("kind: Kustomization\nhelmGlobals: {chartHome: ../" + charts + "}\nhelmCharts:\n")
	files := map[string]string{}
	for _, name := range r.names {
		for file, text := range releaseChart(name) {
			files[charts+"/"+name+"/"+file] = text
		}
		files["values/"+name+".yaml"] = "domain: " + name + ".example.com\n"
		files["inflated/"+name+".yaml"] = files["values/"+name+".yaml"] // kustomize wants values below itself
		files[platform+"/"+name+".yaml"] = fmt.Sprintf(`apiVersion: atticgen.dev/v1alpha1
kind: HelmChart
metadata:
  name: %[1]s
  namespace: %[1]s
  annotations:
    config.kubernetes.io/function: |
      exec: {path: atticgen}
spec:
  chart: {name: %[1]s, version: %[2]s}
  valuesFiles: [values/%[1]s.yaml]
  namespace: {create: false}
`, name, releaseVersion)
		specs.WriteString("- " + name + ".yaml\n")
		fmt.Fprintf(&inflated, "- {name: %[1]s, releaseName: %[1]s, namespace: %[1]s, valuesFile: %[1]s.yaml, includeCRDs: true}\n", name)
	}
	files[platform+"/kustomization.yaml"], files["inflated/kustomization.yaml"] = specs.String(), inflated.String()
	if err := writeFiles(r.dir, files); err != nil {
		return err
	}
	if err := os.MkdirAll(r.path(outputs), 0o755); err != nil {
		return err
	}
	pull := command{args: []string{r.Atticgen, "chart", "pull", "--root", r.dir}, out: r.path(outputs, "pull")}
	_, err := pull.run(ctx)
	return err
}

func (r *releases) contenders() []contender {
	fresh := r.render("atticgen render", again)
	fresh.reset = r.putAside
	template := contender{name: "helm template"}
	for _, name := range r.names {
		template.commands = append(template.commands, command{
			args: []string{r.Helm, "template", name, r.path(charts, name), "--namespace", name, "--include-crds", "--values", r.path("values", name+".yaml")},
			env:  r.helmFolders(),
			of:   name,
			out:  r.path(outputs, name),
		})
	}
	return []contender{
		fresh,
		r.render("atticgen render, nothing changed", rendered),
		template,
		{name: "kustomize build --enable-helm", commands: []command{{
			args: []string{r.Kustomize, "build", "--enable-helm", "--helm-command", r.Helm, r.path("inflated")},
			env:  r.helmFolders(),
			of:   "inflated",
			out:  r.path(outputs, "inflated"),
		}}},
	}
}

// added is what atticgen adds to the objects of these charts, which have no
// annotations of their own besides those of pods.
var added = regexp.MustCompile(`(?m)^  annotations:\n(?:    argocd\.argoproj\.io/.*\n)+|^    app\.kubernetes\.io/part-of: .*\n`)

// withoutAdded is an object as it stands in its chart.
func withoutAdded(text string) string {
	return strings.Replace(added.ReplaceAllString(text, ""), "  labels:\n  name: ", "  name: ", 1)
}

// checkReleases compares what a contender printed for all charts with what
// atticgen rendered.
func checkReleases(c contender, want []manifest) error {
	var got []manifest
	for _, command := range c.commands {
		if command.of == "" {
			return nil
		}
		printed, err := os.ReadFile(command.out)
		if err != nil {
			return err
		}
		got = append(got, documents(string(printed))...)
	}
	return same(want, got)
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
