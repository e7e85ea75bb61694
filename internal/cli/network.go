package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

func newNetwork(streams Streams) *cobra.Command {
	var root, output string
	var format report.SummaryFormat
	cmd := &cobra.Command{
		Use:   "network [ENVIRONMENT…]",
		Short: "Show who may reach whom, by the network policies that are committed",
		Long: `Show who may reach whom on which ports, by the network policies of environments
as they are committed. Without arguments, all environments are shown. A line is
every connection that the policies of both ends let through, whether or not
something listens there; docs/network.md says how to read it.

Exit codes: 0 done; 1 an input cannot be read whole; 2 the command line is
wrong; 3 the result could not be written.`,
		Example: `  atticgen network production
  atticgen network production > network.md
  atticgen network --format json`,
		RunE: func(_ *cobra.Command, names []string) error {
			if output == "" {
				output = filepath.Join(root, environmentsFolder)
			}
			return runNetwork(streams, root, output, names, format.Format)
		},
	}
	cmd.Flags().StringVar(&root, "root", ".", "folder with base and overlays; nothing outside it is read but environments")
	cmd.Flags().StringVarP(&output, "output", "o", "", "folder where environments are (default <root>/environments)")
	cmd.Flags().Var(&format, "format", "form of the tables: text and markdown are the same; json is for programs")
	return cmd
}

// environmentTable is what JSON says of an environment.
type environmentTable struct {
	Name   string `json:"name"`
	Folder string `json:"folder"`
	connectivity.Table
}

func runNetwork(streams Streams, root, output string, names []string, format report.Format) error {
	environments, problems, err := verify.Read(root, output, names)
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	// A table of half an environment would be taken for the whole.
	if problems.HasErrors() {
		return &failure{code: ExitInput, err: problems}
	}
	printDiagnostics(streams.Err, problems)
	tables := []environmentTable{}
	for _, e := range environments {
		tables = append(tables, environmentTable{e.Name, e.Folder, connectivity.Matrix(e.Objects)})
	}
	return printed(writeTables(streams.Out, format, tables))
}

func writeTables(w io.Writer, format report.Format, tables []environmentTable) error {
	if format == report.JSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"environments": tables})
	}
	for i, t := range tables {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, t.Markdown("Who may reach whom in "+t.Name)); err != nil {
			return err
		}
	}
	return nil
}
