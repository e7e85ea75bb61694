package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// rendering measures everything that renders the overlays of one repository,
// which is laid out in dir.
func (c Config) rendering(ctx context.Context, dir string, copies int) (Rendering, error) {
	w := work{Config: c, dir: dir}
	if err := w.lay(copies); err != nil {
		return Rendering{}, err
	}
	// What is rendered here is what the others read and are held to.
	if _, err := w.render("atticgen render", rendered).run(ctx); err != nil {
		return Rendering{}, err
	}
	objects, err := w.addCharts()
	if err != nil {
		return Rendering{}, err
	}
	contenders := w.contenders()
	for _, contender := range contenders {
		if _, err := contender.run(ctx); err != nil {
			return Rendering{}, err
		}
		if err := w.check(contender); err != nil {
			return Rendering{}, fmt.Errorf("%s: %w", contender.name, err)
		}
	}
	rows, err := measure(ctx, contenders, c.Runs)
	return Rendering{Overlays: len(w.overlays), Objects: objects, Rows: rows}, err
}

// Folders of a work.
const (
	rendered = "rendered" // by atticgen, before anything is measured
	again    = "again"    // by atticgen, while it is measured
	charts   = "charts"   // made of what is rendered
	outputs  = "outputs"  // standard output of all processes
)

// work is a repository in a folder of its own, and what is made of it.
type work struct {
	Config
	dir        string
	overlays   []string          // names
	namespaces map[string]string // of the charts, by overlay
	aside      int               // how often something was put aside
}

func (w *work) path(elements ...string) string {
	return filepath.Join(append([]string{w.dir}, elements...)...)
}

// lay copies base and overlays: this repository's own, or, with copies, that
// many of them in turn.
func (w *work) lay(copies int) error {
	entries, err := os.ReadDir(filepath.Join(w.Root, "overlays"))
	if err != nil {
		return err
	}
	var sources []string
	for _, entry := range entries {
		if entry.IsDir() {
			sources = append(sources, entry.Name())
		}
	}
	if len(sources) == 0 {
		return errors.New("there are no overlays")
	}
	if err := os.MkdirAll(w.path(outputs), 0o755); err != nil {
		return err
	}
	if err := w.copyIn("base", "base"); err != nil {
		return err
	}
	if copies == 0 {
		w.overlays = sources
		return w.copyIn("overlays", "overlays")
	}
	for i := range copies {
		source := sources[i%len(sources)]
		name := fmt.Sprintf("%s-%02d", source, i+1)
		w.overlays = append(w.overlays, name)
		if err := w.copyIn(filepath.Join("overlays", source), filepath.Join("overlays", name)); err != nil {
			return err
		}
		if err := setApart(w.path("overlays", name, "cache"), name); err != nil {
			return err
		}
	}
	return nil
}

// setApart gives a copy a name and buckets of its own, as environments that are
// rendered together must have.
func setApart(dir, name string) error {
	patch := fmt.Sprintf(`apiVersion: atticgen.dev/v1alpha1
kind: AtticCache
metadata: {name: attic, namespace: nix-cache}
spec:
  hostname: %[1]s.example.com
  storage: {bucket: %[1]s}
  postgres: {backup: {bucket: %[1]s-backup}}
`, name)
	if err := os.WriteFile(filepath.Join(dir, "copy.yaml"), []byte(patch), 0o600); err != nil {
		return err
	}
	kustomization, err := os.OpenFile(filepath.Join(dir, "kustomization.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = kustomization.WriteString("  - path: copy.yaml\n") // its patches come last
	return errors.Join(err, kustomization.Close())
}

// copyIn copies a folder of this repository.
func (w *work) copyIn(from, to string) error {
	return os.CopyFS(w.path(to), os.DirFS(filepath.Join(w.Root, from)))
}

// addCharts makes a chart of every environment and counts the objects.
func (w *work) addCharts() (objects int, err error) {
	w.namespaces = map[string]string{}
	for _, overlay := range w.overlays {
		files, err := manifests(w.path(rendered, overlay))
		if err != nil {
			return 0, err
		}
		objects += len(files)
		if w.namespaces[overlay], err = writeChart(w.path(charts, overlay), files); err != nil {
			return 0, err
		}
	}
	return objects, nil
}

// check compares what a contender put out with what atticgen rendered.
func (w *work) check(c contender) error {
	for _, command := range c.commands {
		if command.of == "" {
			continue
		}
		want, err := manifests(w.path(rendered, command.of))
		if err != nil {
			return err
		}
		got, err := os.ReadFile(command.out)
		if err != nil {
			return err
		}
		if err := same(want, documents(string(got))); err != nil {
			return fmt.Errorf("%s: %w", command.of, err)
		}
	}
	return nil
}
