// Command measure measures atticgen beside the real kustomize and helm. Run it
// with `make bench`, which builds all three.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"gitlab.com/attic-cache/atticgen/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	var c bench.Config
	flags.StringVar(&c.Root, "root", ".", "checkout of this repository")
	flags.StringVar(&c.Atticgen, "atticgen", "bin/atticgen", "the atticgen to measure; its name must be atticgen")
	flags.StringVar(&c.Kustomize, "kustomize", "", "the kustomize to compare with")
	flags.StringVar(&c.Helm, "helm", "", "the helm to compare with; empty leaves it out")
	flags.StringVar(&c.Scratch, "scratch", "", "folder for temporary files, such as /dev/shm to leave the disk out (default the system's)")
	flags.IntVar(&c.Runs, "runs", 9, "how often everything is rendered")
	flags.IntVar(&c.FunctionRuns, "function-runs", 51, "how often the function runs by itself")
	copies := flags.Int("copies", 20, "overlays of the larger repository")
	charts := flags.Int("charts", 6, "Helm charts of the larger platform, beside a platform of one")
	asJSON := flags.Bool("json", false, "write the report as JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c.Copies, c.Charts = []int{*copies}, []int{1, *charts}
	report, err := bench.Run(ctx, c)
	if err != nil {
		return err
	}
	if *asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	return report.WriteText(out)
}
