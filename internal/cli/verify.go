package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

type verifyOptions struct {
	root, output string
	format       report.Format
	reports      reportFiles
	kubernetes   kubernetesVersion
	waivers      string
	schemas      []string
	kubeconform  string
	failOn       failOn
}

func newVerify(streams Streams) *cobra.Command {
	o := verifyOptions{kubernetes: kubernetesVersion(verify.Tested())}
	cmd := &cobra.Command{
		Use:   "verify [ENVIRONMENT…]",
		Short: "Check what is committed, without a cluster and the network",
		Long: `Check environments as they are committed, without a cluster and without the
network: that they are what their overlays render to, that Kubernetes can read
every object, that API versions are served, and that the rules of
docs/rules.md hold. Without arguments, all environments are checked.

Nothing is written but the files that --report names.

Exit codes: 0 nothing found, or nothing that fails the run; 1 findings, or an
input that cannot be read; 2 the command line is wrong; 3 a report could not be
written; 4 environments are out of date, and nothing else was found.`,
		Example: `  atticgen verify
  atticgen verify staging --kubernetes-version 1.36
  atticgen verify --report sarif=verify.sarif --report junit=verify.xml
  atticgen verify --schema-location 'schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json'`,
		RunE: func(cmd *cobra.Command, args []string) error { return runVerify(cmd.Context(), streams, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.root, "root", ".", "folder with base and overlays; nothing outside it is read but environments")
	flags.StringVarP(&o.output, "output", "o", "", "folder where environments are (default <root>/environments)")
	flags.Var(&o.format, "format", "form of what is printed: text, markdown, json, sarif, junit or gitlab")
	flags.Var(&o.reports, "report", "write a report to a file, too, as in sarif=verify.sarif; can be repeated")
	flags.Var(&o.kubernetes, "kubernetes-version", "version of Kubernetes that the environments run on, "+verify.Versions())
	flags.StringVar(&o.waivers, "waivers", "", "file with waivers (default <root>/waivers.yaml, if it is there)")
	flags.StringArrayVar(&o.schemas, "schema-location", nil, "where kubeconform finds schemas; can be repeated; "+verify.LocationForm)
	flags.StringVar(&o.kubeconform, "kubeconform", "", "path of kubeconform (default beside atticgen, or on PATH)")
	flags.Var(&o.failOn, "fail-on", "least severe finding that fails the run: error or warning")
	return cmd
}

func runVerify(ctx context.Context, streams Streams, o verifyOptions, names []string) error {
	options := verify.Options{
		Root: o.root, Output: o.output, Names: names, Today: time.Now().UTC(),
		Kubernetes: policy.KubernetesVersion(o.kubernetes), Waivers: o.waivers,
		Schemas: verify.Schemas{Locations: o.schemas},
	}
	if options.Output == "" {
		options.Output = filepath.Join(o.root, environmentsFolder)
	}
	if options.Waivers == "" {
		options.Waivers = verify.WaiversIn(o.root)
	}
	if isTerminal(streams.Err) {
		options.Progress = func(line string) { say(streams.Err, line) }
	}
	if err := o.reports.apart(o.root, options.Output, options.Waivers); err != nil {
		return &failure{code: ExitUsage, err: err}
	}
	if len(o.schemas) > 0 {
		var err error
		if options.Schemas.Kubeconform, err = verify.FindKubeconform(o.kubeconform); err != nil {
			return &failure{code: ExitInput, err: o.reports.after(err)}
		}
	} else if o.kubeconform != "" {
		return &failure{code: ExitUsage, err: errors.New("--kubeconform needs --schema-location, which says where schemas are")}
	}
	result, err := verify.Run(ctx, options)
	if err != nil {
		return &failure{code: ExitInput, err: o.reports.after(err)}
	}
	if o.failOn.warnings {
		result.FailOn = diag.Warning
	}
	// Findings are shown whatever becomes of the files, and the other way round.
	unprinted := printed(report.WriteVerification(streams.Out, o.format, result))
	if err := o.reports.write(result); err != nil {
		return &failure{code: ExitOutput, err: err}
	}
	if unprinted != nil {
		return unprinted
	}
	return o.failOn.verdict(result)
}

// failOn is the least severe finding that fails a run.
type failOn struct{ warnings bool }

// Set is part of pflag.Value.
func (f *failOn) Set(value string) error {
	if value != "error" && value != "warning" {
		return fmt.Errorf("%s is no severity that can be asked for; write error or warning", diag.Quote(value))
	}
	f.warnings = value == "warning"
	return nil
}

// String is part of pflag.Value.
func (f *failOn) String() string {
	if f.warnings {
		return "warning"
	}
	return "error"
}

// Type is part of pflag.Value.
func (f *failOn) Type() string { return "severity" }

// verdict is the exit code that findings ask for.
func (f *failOn) verdict(result report.Verification) error {
	outOfDate, broken, waivable := 0, 0, 0
	for _, e := range result.Environments {
		for _, found := range e.Findings {
			switch {
			case found.Waived != nil, found.Severity == diag.Note, found.Severity == diag.Warning && !f.warnings:
			case found.OutOfDate:
				outOfDate++
			case verify.Waivable(found.Rule):
				waivable++
			default:
				broken++
			}
		}
	}
	switch total := outOfDate + broken + waivable; {
	case waivable > 0:
		return &failure{code: ExitInput, err: fmt.Errorf("findings that fail the run: %d, of which %d can be waived; mend them, or write those into waivers.yaml", total, waivable)}
	case broken > 0:
		return &failure{code: ExitInput, err: fmt.Errorf("findings that fail the run: %d; mend them", total)}
	case outOfDate > 0:
		return &failure{code: ExitDifferent, err: errors.New("environments are out of date; run atticgen render and commit the result")}
	}
	return nil
}

// kubernetesVersion is a flag.
type kubernetesVersion policy.KubernetesVersion

// Set is part of pflag.Value.
func (v *kubernetesVersion) Set(value string) error {
	parsed, err := verify.ParseVersion(value)
	*v = kubernetesVersion(parsed)
	return err
}

// String is part of pflag.Value.
func (v *kubernetesVersion) String() string { return verify.Version(policy.KubernetesVersion(*v)) }

// Type is part of pflag.Value.
func (v *kubernetesVersion) Type() string { return "version" }
