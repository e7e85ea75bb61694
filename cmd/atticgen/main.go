// Command atticgen expands short cache specs into hardened Kubernetes
// manifests. This file is the edge of the process and nothing else.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/cli"
	_ "gitlab.com/attic-cache/atticgen/internal/heap" // before the packages that fill it
)

// version is set by the linker.
var version = "dev"

func main() {
	// Helm's packages log by themselves; what there is to say goes through cli.
	log.SetOutput(io.Discard)
	// Charts write dates in the local zone; the same chart gives the same bytes
	// everywhere.
	time.Local = time.UTC
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once, whatever it is doing.
	context.AfterFunc(ctx, stop)
	code := cli.Run(ctx, version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
