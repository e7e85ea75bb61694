package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// command is one process.
type command struct {
	args []string // the program first
	env  []string // beside this process's own
	// of is the overlay or chart whose objects the process prints; empty where it
	// prints none.
	of string
	// in and out are files; no in is an empty standard input.
	in, out string
}

// sample is what one run took. Processor time is user and system together, in
// the process and those that it waited for; peak is the largest resident memory
// of one of them, in bytes, or 0 where the system does not say.
type sample struct {
	wall, processor time.Duration
	peak            int64
}

func (c command) run(ctx context.Context) (sample, error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = append(os.Environ(), c.env...), &stderr
	// Files, so that no time goes into copying.
	if c.in != "" {
		in, err := os.Open(c.in)
		if err != nil {
			return sample{}, err
		}
		defer func() { _ = in.Close() }()
		cmd.Stdin = in
	}
	out, err := os.Create(c.out)
	if err != nil {
		return sample{}, err
	}
	cmd.Stdout = out
	start := time.Now()
	err = cmd.Run()
	wall := time.Since(start)
	if err != nil {
		_ = out.Close()
		return sample{}, fmt.Errorf("%s: %w\n%s", filepath.Base(c.args[0]), err, stderr.Bytes())
	}
	state := cmd.ProcessState
	return sample{wall: wall, processor: state.UserTime() + state.SystemTime(), peak: peak(state)}, out.Close()
}

// contender is one way to do the work that is compared.
type contender struct {
	name string
	// reset undoes the last run; it is not measured. It may be nil.
	reset func() error
	// commands run one after another; what they take is added up.
	commands []command
}

func (c contender) run(ctx context.Context) (sample, error) {
	if c.reset != nil {
		if err := c.reset(); err != nil {
			return sample{}, err
		}
	}
	var total sample
	for _, command := range c.commands {
		s, err := command.run(ctx)
		if err != nil {
			return sample{}, fmt.Errorf("%s: %w", c.name, err)
		}
		total.wall += s.wall
		total.processor += s.processor
		total.peak = max(total.peak, s.peak)
	}
	return total, nil
}

// measure lets the contenders run in turns, so that whatever else the machine
// does meets all of them.
func measure(ctx context.Context, contenders []contender, runs int) ([]Row, error) {
	samples := make([][]sample, len(contenders))
	for range runs {
		for i, c := range contenders {
			s, err := c.run(ctx)
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], s)
		}
	}
	rows := make([]Row, len(contenders))
	for i, c := range contenders {
		rows[i] = summarise(c.name, samples[i])
	}
	return rows, nil
}

func summarise(name string, samples []sample) Row {
	var walls, processors, peaks []float64
	for _, s := range samples {
		walls = append(walls, milliseconds(s.wall))
		processors = append(processors, milliseconds(s.processor))
		peaks = append(peaks, mebibytes(s.peak))
	}
	return Row{
		Name:   name,
		WallMS: median(walls), WallMinMS: slices.Min(walls), WallMaxMS: slices.Max(walls),
		CPUMS: median(processors), PeakMiB: median(peaks),
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
