package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/postgresoperator"
	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newChart(streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chart",
		Short: "Pull, verify and update pinned Helm charts",
		Long: `Pull, verify and update pinned Helm charts. charts.lock, beside base and
overlays, pins each by its digest; charts/ holds them. Rendering reads both and
never the network.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			say(streams.Err, cmd.UsageString())
			return &failure{code: ExitUsage}
		},
	}
	cmd.AddCommand(newChartPull(streams), newChartVerify(streams), newChartOutdated(streams))
	return cmd
}

// chartOptions are what the commands about charts have in common.
type chartOptions struct {
	root          string
	format        report.SummaryFormat
	username      string
	passwordStdin bool
}

func (o *chartOptions) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&o.root, "root", ".", "folder with charts.lock, base and overlays; nothing outside it is read")
	flags.Var(&o.format, "format", "form of the table: text, markdown or json")
}

func (o *chartOptions) addCredentials(flags *pflag.FlagSet) {
	flags.StringVar(&o.username, "username", "", "user name for a private repository; all charts must be from its host")
	flags.BoolVar(&o.passwordStdin, "password-stdin", false, "read the password for --username from standard input")
}

// refs are the charts that specs name.
func (o *chartOptions) refs() ([]v1alpha1.ChartRef, error) {
	// A PostgresOperator need not name its chart.
	return charts.FromSpecs(o.root, map[string]func(v1alpha1.ChartRef) v1alpha1.ChartRef{
		v1alpha1.KindPostgresOperator: postgresoperator.CompleteRef,
	})
}

// maxPassword is more than any server takes.
const maxPassword = 16 << 10

// remote is how to reach repositories.
func (o *chartOptions) remote(streams Streams) (charts.Remote, error) {
	var remote charts.Remote
	if isTerminal(streams.Err) {
		remote.Progress = func(line string) { say(streams.Err, diag.Escape(line)) }
	}
	if (o.username != "") != o.passwordStdin {
		return remote, &failure{code: ExitUsage, err: errors.New("--username and --password-stdin go together; give both or none")}
	}
	if !o.passwordStdin {
		return remote, nil
	}
	line, err := bufio.NewReader(io.LimitReader(streams.In, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return remote, &failure{code: ExitInput, err: fmt.Errorf("the password cannot be read from standard input: %w", err)}
	}
	remote.Username, remote.Password = o.username, strings.TrimRight(line, "\r\n")
	if remote.Password == "" {
		return remote, &failure{code: ExitInput, err: errors.New("the password on standard input is empty; pipe it in, as in --password-stdin < password.txt")}
	}
	return remote, nil
}

// chartFailure is an error of package charts with its exit code.
func chartFailure(err error) error {
	if e, ok := errors.AsType[*charts.Error](err); ok && e.Transfer {
		return &failure{code: ExitOutput, err: err}
	}
	return &failure{code: ExitInput, err: err}
}

// printed is the outcome of writing to standard output.
func printed(err error) error {
	if err == nil {
		return nil
	}
	return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
}
