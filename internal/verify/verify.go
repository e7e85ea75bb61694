// Package verify holds environments, as they are committed, to everything that
// can be known of them without a cluster: that they are what their overlays
// render to, that Kubernetes can read them, and that they keep the rules of
// package policy.
//
// What is checked is what is on disk, read as a controller would read it: that
// is what gets applied. Nothing is written, and nothing is asked of a network
// unless the user names a schema location that is on one.
package verify

import (
	"context"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// Options of a run.
type Options struct {
	// Root is the folder with base and overlays, and Output that with the
	// environments.
	Root, Output string
	// Names are the environments to verify; none means all.
	Names []string
	// Kubernetes is the version that the environments run on.
	Kubernetes policy.KubernetesVersion
	// Waivers is the file with the exceptions; empty is none.
	Waivers string
	// Today is the day that waivers are held to.
	Today time.Time
	// Schemas is how objects are held to schemas; the zero value is not at all.
	Schemas Schemas
	// Progress is told what is being done, if it is set.
	Progress func(line string)
}

// Run verifies environments. The error is a [diag.List] where the input cannot be
// worked with at all: a name that is no environment, waivers that cannot be read,
// a missing program. Everything else is a finding.
func Run(ctx context.Context, o Options) (report.Verification, error) {
	repo, err := overlay.Open(o.Root)
	if err != nil {
		return report.Verification{}, err
	}
	all, err := environments(repo, o)
	if err != nil {
		return report.Verification{}, err
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.name
	}
	chosen, err := choose(all, o.Names)
	if err != nil {
		return report.Verification{}, err
	}
	waivers, err := readWaivers(o.Waivers, o.Today, names)
	if err != nil {
		return report.Verification{}, err
	}
	types, err := newTypes()
	if err != nil {
		return report.Verification{}, err
	}

	for i, e := range chosen {
		if o.Progress != nil {
			o.Progress(progress(e.name, i, len(chosen)))
		}
		e.read()
		e.compare(repo)
		e.promised(repo)
		e.decode(types, o.Kubernetes)
		e.lifecycles(types, o.Kubernetes)
		e.police(o.Kubernetes)
		e.exempted()
		if err := e.validate(ctx, o.Schemas, o.Kubernetes); err != nil {
			return report.Verification{}, err
		}
		if err := ctx.Err(); err != nil {
			return report.Verification{}, err
		}
	}
	across(chosen)
	beyond(chosen, all, waivers)
	waivers.apply(chosen, len(chosen) == len(all))

	result := report.Verification{Rules: Rules(), Kubernetes: Version(o.Kubernetes), Date: o.Today}
	for _, e := range chosen {
		result.Environments = append(result.Environments, report.VerifiedEnvironment{
			Name: e.name, Folder: e.shown, Objects: len(e.files), Findings: e.findings, Unasked: e.unasked,
		})
	}
	return result, nil
}

// diagnosed is a finding that says what a diagnostic does.
func diagnosed(rule string, d diag.Diagnostic) report.VerifiedFinding {
	return report.VerifiedFinding{
		Rule: rule, Severity: d.Severity, File: d.File, Line: d.Line, Column: d.Column,
		Field: d.Path, Message: d.Message, Hint: d.Hint,
	}
}
