package cli

import (
	"fmt"
	"io"
	"runtime/debug"

	"gitlab.com/attic-cache/atticgen/internal/redact"
)

// guard is a stream that shows no token and no private key.
type guard struct {
	*redact.Output
	under io.Writer
}

func newGuard(under io.Writer) *guard { return &guard{Output: redact.Writer(under), under: under} }

// guarded runs a command whose data shows no token and no private key either. What
// is meant to be shown goes past the guard, to the stream that the command was
// made with.
func guarded(streams Streams, run func(Streams) error) error {
	data := newGuard(streams.Out)
	streams.Out = data
	err := run(streams)
	if closed := printed(data.Close()); err == nil {
		err = closed
	}
	return err
}

// crashed is what is said of a bug. The stack names functions and lines of the
// program, and addresses; of the values that went through them it has none.
func crashed(problem any) string {
	return fmt.Sprintf("error: atticgen has a bug and cannot go on: %v; please report it with these lines\n%s", problem, debug.Stack())
}
