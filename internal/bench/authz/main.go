// Command authz measures atticgen authz under a constant load. Run it with
// `make bench`, which builds atticgen.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/bench/load"
)

// promise is what 99 of 100 requests take at most.
const promise = time.Millisecond

type config struct {
	atticgen                     string
	rate, flood, tokens, keyBits int
	connections, seconds, procs  int
}

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
	flags := flag.NewFlagSet("authz", flag.ContinueOnError)
	var c config
	flags.StringVar(&c.atticgen, "atticgen", "bin/atticgen", "the atticgen to measure")
	flags.IntVar(&c.rate, "rate", 5000, "requests a second")
	flags.IntVar(&c.flood, "flood", 2000, "tokens of strangers a second, beside them, in the second row")
	flags.IntVar(&c.tokens, "tokens", 1000, "different good tokens")
	flags.IntVar(&c.keyBits, "key-bits", 4096, "size of the signing key")
	flags.IntVar(&c.connections, "connections", 64, "connections of the proxy")
	flags.IntVar(&c.seconds, "seconds", 10, "how long each row is measured")
	flags.IntVar(&c.procs, "procs", 1, "processors that the server may use")
	if err := flags.Parse(args); err != nil {
		return err
	}
	w, err := newWorld(c)
	if err != nil {
		return err
	}
	defer w.remove()
	if _, err := fmt.Fprintf(out, "atticgen authz on %d of %d CPUs, %s/%s, %s: %d requests/s for %d s on %d connections; %d good tokens of RSA %d, 2 %% revoked, 2 %% without a token, 1 %% bad and never seen before\n\n%-34s %8s %8s %8s %8s %11s %10s %9s\n",
		c.procs, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), c.rate, c.seconds, c.connections, c.tokens, c.keyBits,
		"", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "answers/s", "CPU µs", "peak MiB"); err != nil {
		return err
	}
	var first load.Result
	pinned := true
	for _, row := range []struct {
		name  string
		flood int
	}{
		{"all requests", 0},
		{fmt.Sprintf("the same beside %d bad ones/s", c.flood), c.flood},
	} {
		r, u, err := w.measure(ctx, row.flood)
		if err != nil {
			return err
		}
		if r.Unexpected > 0 {
			return fmt.Errorf("%d of the answers of %q were not the right ones", r.Unexpected, row.name)
		}
		pinned = pinned && u.pinned
		if row.flood == 0 {
			first = r
		}
		if _, err := fmt.Fprintf(out, "%-34s %8.3f %8.3f %8.3f %8.3f %11.0f %10.0f %9.1f\n", row.name,
			ms(r.P50), ms(r.P99), ms(r.P999), ms(r.Max), r.PerSecond, u.perRequest, u.peak); err != nil {
			return err
		}
	}
	if !pinned {
		if _, err := fmt.Fprintln(out, "The system did not keep the server to that many CPUs; GOMAXPROCS did, but for what the kernel and the garbage collector did beside it."); err != nil {
			return err
		}
	}
	verdict := "PASS"
	if first.P99 > promise {
		verdict = "over"
	}
	_, err = fmt.Fprintf(out, "99 of 100 requests take %.3f ms at most, of which sending them late is up to %.3f ms. At most %.0f ms: %s.\n", ms(first.P99), ms(first.SentLateP99), ms(promise), verdict)
	return err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
