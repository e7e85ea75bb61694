// Command atticgen expands short cache specs into hardened Kubernetes
// manifests. This file is the edge of the process and nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"gitlab.com/attic-cache/atticgen/internal/cli"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
