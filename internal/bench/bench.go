// Package bench measures atticgen beside the real kustomize and helm, as whole
// processes that do the same work: the outputs are compared before anything is
// measured. Its tests hold the comparison itself to account, and its Go
// benchmarks measure the hot parts in process. `make bench` runs all of it.
//
// Linux charges a new process with the peak memory of the one that starts it.
// So this package imports nothing large; its tests may.
package bench

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Config says what to measure and how often.
type Config struct {
	// Root is a checkout of this repository.
	Root string
	// Atticgen, Kustomize and Helm are the paths of the programs. Atticgen's
	// name must be atticgen, because base asks kustomize for that. Without a
	// Helm there is no comparison with it, and no charts are rendered.
	Atticgen, Kustomize, Helm string
	// Scratch is the folder for temporary files; empty is the system's. Atticgen
	// waits until what it writes is on disk, which the others do not, so one in
	// memory leaves the disk out of the comparison.
	Scratch string
	// Runs is how often everything is rendered, at least 1, after one run that
	// is not counted.
	Runs int
	// FunctionRuns is the same for the function alone.
	FunctionRuns int
	// Copies are the sizes, in overlays, of the repositories to render beside
	// this one. Their overlays are copies of this one's in turn.
	Copies []int
	// Charts are how many Helm charts to render at once, in turn.
	Charts []int
}

// Run measures. It is an error when two programs do not give the same objects.
func Run(ctx context.Context, c Config) (Report, error) {
	if c.Runs < 1 || c.FunctionRuns < 1 {
		return Report{}, errors.New("the number of runs is less than 1")
	}
	if c.Scratch == "" {
		c.Scratch = os.TempDir()
	}
	if err := c.absolute(); err != nil {
		return Report{}, err
	}
	scratch, err := os.MkdirTemp(c.Scratch, "atticgen-bench-")
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	report := Report{
		CPUs: runtime.NumCPU(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Kustomize: version(c.Kustomize), Helm: version(c.Helm), Runs: c.Runs,
	}
	for _, copies := range append([]int{0}, c.Copies...) {
		rendering, err := c.rendering(ctx, filepath.Join(scratch, fmt.Sprintf("repo-%d", copies)), copies)
		if err != nil {
			return Report{}, fmt.Errorf("rendering: %w", err)
		}
		report.Renderings = append(report.Renderings, rendering)
	}
	for _, charts := range c.Charts {
		if c.Helm == "" {
			break
		}
		releasing, err := c.releasing(ctx, filepath.Join(scratch, fmt.Sprintf("charts-%d", charts)), charts)
		if err != nil {
			return Report{}, fmt.Errorf("charts: %w", err)
		}
		report.Releasings = append(report.Releasings, releasing)
	}
	if report.Function, err = c.function(ctx, scratch); err != nil {
		return Report{}, fmt.Errorf("function: %w", err)
	}
	return report, nil
}

// absolute makes paths independent of the folders in which programs are run,
// and refuses those that lead nowhere.
func (c *Config) absolute() error {
	if c.Atticgen == "" || c.Kustomize == "" {
		return errors.New("the paths of atticgen and kustomize are needed")
	}
	for _, path := range []*string{&c.Root, &c.Scratch, &c.Atticgen, &c.Kustomize, &c.Helm} {
		if path == &c.Helm && c.Helm == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		if _, err := os.Stat(abs); err != nil {
			return err
		}
		*path = abs
	}
	return nil
}

// version is the version of a Go program, as its module names it.
func version(path string) string {
	if path == "" {
		return ""
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return "of an unknown version"
	}
	return info.Main.Version
}
