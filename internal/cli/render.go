package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// environmentsFolder is where environments are rendered to, below the root.
const environmentsFolder = "environments"

type renderOptions struct {
	root, output string
	format       report.SummaryFormat
	check        bool
	removeData   bool
}

func newRender(streams Streams) *cobra.Command {
	var o renderOptions
	cmd := &cobra.Command{
		Use:   "render [OVERLAY…]",
		Short: "Render overlays into environments",
		Long: `Render overlays into environments: base and overlay merged, expanded, and
written as one object a file, with a kustomization that needs no plugin.

Without arguments, every folder of overlays/ is rendered. Files that an earlier
render wrote and this one does not are removed; files that atticgen did not
write are left alone. Either all environments are written or none.`,
		Example: `  atticgen render
  atticgen render overlays/staging
  atticgen render --check`,
		RunE: func(cmd *cobra.Command, args []string) error { return render(cmd.Context(), streams, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.root, "root", ".", "folder with base and overlays; nothing outside it is read")
	flags.StringVarP(&o.output, "output", "o", "", "folder to write environments to (default <root>/environments)")
	flags.Var(&o.format, "format", "form of the summary: text, markdown or json")
	flags.BoolVar(&o.check, "check", false, "write nothing; exit with code 4 if anything would change")
	flags.BoolVar(&o.removeData, "remove-data", false, "let what holds data, such as databases, namespaces and volumes, go from an environment")
	return cmd
}

func render(ctx context.Context, streams Streams, o renderOptions, args []string) error {
	repo, err := overlay.Open(o.root)
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	overlays, err := chosen(repo, args)
	if err == nil {
		err = checkNames(overlays)
	}
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	output := o.output
	if output == "" {
		output = filepath.Join(o.root, environmentsFolder)
	}
	if err := checkOutput(o.root, output, overlays); err != nil {
		return &failure{code: ExitInput, err: err}
	}
	environments, diags := build(ctx, repo, overlays)
	if !diags.HasErrors() {
		diags = append(diags, policy.Across(environments)...)
	}
	if err := diags.Err(); err != nil {
		return &failure{code: ExitInput, err: err}
	}
	if err := ctx.Err(); err != nil {
		return &failure{code: ExitOutput, err: fmt.Errorf("nothing was written: %w", err)}
	}
	printDiagnostics(streams.Err, diags)

	plans, summaries, err := plan(output, environments)
	if err != nil {
		return err
	}
	if !o.removeData {
		if err := vanishing(plans, environments).Err(); err != nil {
			return &failure{code: ExitInput, err: err}
		}
	}
	if !o.check {
		if err := tree.Commit(ctx, plans); err != nil {
			return &failure{code: ExitOutput, err: err}
		}
	}
	var left diag.List
	if len(args) == 0 {
		left = orphans(o.root, output, overlays)
		printDiagnostics(streams.Err, left)
	}
	if err := report.WriteRender(streams.Out, o.format.Format, summaries); err != nil {
		return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
	}
	if o.check && len(left) > 0 {
		return &failure{code: ExitDifferent, err: errors.New("environments without an overlay are left; remove their folders, or restore their overlays")}
	}
	if o.check && slices.ContainsFunc(summaries, func(s report.Environment) bool { return len(s.Changes) > 0 }) {
		return &failure{code: ExitDifferent, err: errors.New("environments are out of date; run atticgen render and commit the result")}
	}
	return nil
}

// chosen are the overlays to render: those named, or all.
func chosen(repo *overlay.Repo, args []string) ([]string, error) {
	if len(args) == 0 {
		return repo.Overlays()
	}
	var overlays []string
	names := map[string]string{}
	for _, arg := range args {
		rel, err := repo.Rel(arg)
		if err != nil {
			return nil, err
		}
		if other, ok := names[path.Base(rel)]; ok && other != rel {
			d := diag.New(arg, "has the name of %s, and both would be the same environment", other)
			d.Hint = "rename one of them, or render them to different folders with --output"
			return nil, diag.List{d}
		} else if ok {
			continue
		}
		names[path.Base(rel)] = rel
		overlays = append(overlays, rel)
	}
	return overlays, nil
}

// environmentName is a name that can stand in a path, a table and a command
// line, on every machine. All letters there are make it large, and the function
// has no environments, so nothing compiles it before it is needed.
var environmentName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL\pN][\pL\pM\pN._-]*$`) })

// checkNames refuses overlays whose names environments cannot have.
func checkNames(overlays []string) error {
	var unfit diag.List
	for _, name := range overlays {
		if !environmentName().MatchString(path.Base(name)) {
			d := diag.New(name, "has a name that an environment cannot have")
			d.Hint = "use letters, digits, '-', '_' and '.', beginning with a letter or digit"
			unfit = append(unfit, d)
		}
	}
	return unfit.Err()
}

// build renders overlays side by side. The order of everything it returns does
// not depend on which is done first.
func build(ctx context.Context, repo *overlay.Repo, overlays []string) ([]policy.Environment, diag.List) {
	environments := make([]policy.Environment, len(overlays))
	problems := make([]diag.List, len(overlays))
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, name := range overlays {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			environments[i].Overlay = name
			environments[i].Objects, problems[i] = repo.Build(name, overlay.Options{})
		})
	}
	wait.Wait()
	return environments, slices.Concat(problems...)
}

func plan(output string, environments []policy.Environment) ([]*tree.Plan, []report.Environment, error) {
	var plans []*tree.Plan
	var summaries []report.Environment
	var failures []error
	for _, e := range environments {
		files, err := manifest.Layout(e.Overlay, e.Objects)
		if err != nil {
			return nil, nil, &failure{code: ExitInput, err: fmt.Errorf("%s: %w", e.Overlay, err)}
		}
		dir := filepath.Join(output, path.Base(e.Overlay))
		p, err := tree.NewPlan(dir, files)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		plans = append(plans, p)
		summaries = append(summaries, report.Environment{
			Name: path.Base(e.Overlay), Folder: filepath.ToSlash(dir), Objects: len(e.Objects), Changes: p.Changes(), Foreign: p.Foreign(),
		})
	}
	if len(failures) > 0 {
		return nil, nil, &failure{code: ExitOutput, err: errors.Join(failures...)}
	}
	return plans, summaries, nil
}
