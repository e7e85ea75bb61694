// Package cli is the command line: one file per command. It parses arguments
// and prints; the work is done by the packages below it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Exit codes, as the documentation promises them.
const (
	// ExitOK is success.
	ExitOK = 0
	// ExitInput means that a spec, an overlay or another input is wrong, or that
	// verify found something that must not be applied.
	ExitInput = 1
	// ExitUsage means that the command line is wrong.
	ExitUsage = 2
	// ExitOutput means that the result could not be written or applied.
	ExitOutput = 3
	// ExitDifferent means that --check or verify found something out of date, and
	// nothing worse.
	ExitDifferent = 4
)

// Streams are what a process has besides its arguments. Out takes data, Err takes
// talk.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Now is the clock that tokens go by; nil is the system's.
	Now func() time.Time
}

// now is the time, in UTC.
func (s Streams) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

// Run runs one command and returns the process's exit code. Whatever is said on
// the way, and be it by a panic, shows no token and no private key.
func Run(ctx context.Context, version string, args []string, streams Streams) (code int) {
	talk := newGuard(streams.Err)
	streams.Err = talk
	defer func() {
		if problem := recover(); problem != nil {
			say(talk, crashed(problem))
			code = ExitOutput
		}
		_ = talk.Close() // Nothing can be done when even that fails.
	}()
	root := newRoot(version, streams)
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	var failed *failure
	if !errors.As(err, &failed) {
		failed = &failure{code: ExitUsage, err: fmt.Errorf("%w; see atticgen --help", err)}
	}
	if failed.err != nil {
		printError(streams.Err, failed.err)
	}
	return failed.code
}

// failure is an error with an exit code. A nil err has been reported already.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return fmt.Sprintf("exit code %d", f.code) }

func (f *failure) Unwrap() error { return f.err }

func printError(w io.Writer, err error) {
	if list, ok := errors.AsType[diag.List](err); ok {
		printDiagnostics(w, list)
		return
	}
	for line := range strings.Lines(err.Error()) {
		say(w, "error: "+diag.Escape(strings.TrimRight(line, "\n")))
	}
}

// mostPrinted is how many diagnostics one person can be expected to read.
const mostPrinted = 500

func printDiagnostics(w io.Writer, list diag.List) {
	sorted := list.Sorted()
	for _, d := range sorted[:min(len(sorted), mostPrinted)] {
		say(w, d.String())
	}
	if more := len(sorted) - mostPrinted; more > 0 {
		say(w, fmt.Sprintf("… and %d more like these", more))
	}
}

// say prints a line for a person. Nothing can be done when even that fails.
func say(w io.Writer, line string) { _, _ = fmt.Fprintln(w, line) }

func newRoot(version string, streams Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "atticgen",
		Short: "Expand short cache specs into hardened Kubernetes manifests",
		Long: `Expand short cache specs into hardened Kubernetes manifests.

Without a command and with a ResourceList on standard input, atticgen is a KRM
function, as kustomize and kpt run it.

Exit codes: 0 done, 1 the input is wrong or verify found something, 2 the command line is wrong,
3 the result could not be written or a chart not fetched, 4 --check or verify found something out of date.`,
		Version:       version,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if isTerminal(streams.In) {
				say(streams.Err, cmd.UsageString())
				return &failure{code: ExitUsage}
			}
			return runFunction(streams)
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newRender(streams), newVerify(streams), newNetwork(streams), newFunction(streams), newExplain(streams), newCaches(streams),
		newBucket(streams), newChart(streams), newAuthz(streams, version), newToken(streams), newSecret(streams),
	)
	return root
}

// isTerminal tells whether a stream is a terminal, with nothing piped in or out.
func isTerminal(stream any) bool {
	if g, ok := stream.(*guard); ok {
		stream = g.under
	}
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
