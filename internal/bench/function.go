package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// noop is the program that stands in for a function; see its own folder.
const noop = "gitlab.com/attic-cache/atticgen/internal/bench/noop"

// function measures atticgen as a function by itself, on what kustomize hands
// it for base, beside a program that reads the same and answers the same
// without any work.
func (c Config) function(ctx context.Context, scratch string) (Function, error) {
	answer, input := filepath.Join(scratch, "answer.yaml"), filepath.Join(scratch, "input.yaml")
	// Kustomize looks for the function by name.
	standIn := filepath.Join(scratch, "bin", filepath.Base(c.Atticgen))
	if err := BuildStandIn(ctx, c.Root, standIn); err != nil {
		return Function{}, err
	}
	list, err := Input(ctx, c.Kustomize, standIn, filepath.Join(c.Root, "base"))
	if err != nil {
		return Function{}, err
	}
	if err := os.WriteFile(input, list, 0o600); err != nil {
		return Function{}, err
	}
	contenders := []contender{
		{name: "atticgen", commands: []command{{args: []string{c.Atticgen}, in: input, out: answer}}},
		{name: "a program that only reads and answers", commands: []command{{
			args: []string{standIn}, env: []string{"ANSWER=" + answer}, in: input, out: filepath.Join(scratch, "again.yaml"),
		}}},
	}
	for i := range contenders {
		if _, err := contenders[i].run(ctx); err != nil {
			return Function{}, err
		}
		// From here on the answer is there to be read.
		contenders[i].commands[0].out = filepath.Join(scratch, "again.yaml")
	}
	info, err := os.Stat(answer)
	if err != nil {
		return Function{}, err
	}
	rows, err := measure(ctx, contenders, c.FunctionRuns)
	return Function{Runs: c.FunctionRuns, InputBytes: len(list), OutputBytes: int(info.Size()), Rows: rows}, err
}

// BuildStandIn builds the program that stands in for a function.
func BuildStandIn(ctx context.Context, root, path string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", path, noop)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", noop, err, out)
	}
	return nil
}

// Input is the ResourceList that kustomize hands to a function in a
// kustomization, recorded by a stand-in that has the function's name.
func Input(ctx context.Context, kustomize, standIn, kustomization string) ([]byte, error) {
	record := standIn + ".recorded"
	defer func() { _ = os.Remove(record) }()
	cmd := exec.CommandContext(ctx, kustomize, "build", "--enable-alpha-plugins", "--enable-exec", kustomization)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = append(os.Environ(), onPath(filepath.Dir(standIn)), "RECORD="+record), &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("kustomize build %s: %w\n%s", kustomization, err, stderr.Bytes())
	}
	return os.ReadFile(record)
}
