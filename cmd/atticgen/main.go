// Command atticgen expands short cache specs into hardened Kubernetes
// manifests. This file is the edge of the process and nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"gitlab.com/attic-cache/atticgen/internal/cli"
)

// version is set by the linker.
var version = "dev"

// gcPercent lets the heap of a process that lives for milliseconds grow before
// it is collected.
const gcPercent = 400

func main() {
	debug.SetGCPercent(gcPercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once, whatever it is doing.
	context.AfterFunc(ctx, stop)
	code := cli.Run(ctx, version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
