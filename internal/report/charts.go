package report

import (
	"encoding/json"
	"io"
	"strings"
	"text/tabwriter"

	"gitlab.com/attic-cache/atticgen/internal/charts"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// WriteCharts writes what has become of charts.
func WriteCharts(w io.Writer, format Format, outcomes []charts.Outcome) error {
	if format == JSON {
		type chart struct {
			Name       string `json:"name"`
			Repository string `json:"repository"`
			Version    string `json:"version"`
			Digest     string `json:"digest"`
			State      string `json:"state"`
		}
		list := []chart{}
		for _, o := range outcomes {
			list = append(list, chart{o.Name, o.Repository, o.Version, o.Digest, o.State})
		}
		return writeChartsJSON(w, list)
	}
	rows := make([][]string, len(outcomes))
	for i, o := range outcomes {
		rows[i] = []string{o.Name, o.Version, o.Digest, o.State}
	}
	return writeTable(w, format, []string{"Chart", "Version", "Digest", "State"}, rows)
}

// WriteNewest writes which charts have newer versions.
func WriteNewest(w io.Writer, format Format, found []charts.Newest) error {
	if format == JSON {
		type chart struct {
			Name       string `json:"name"`
			Repository string `json:"repository"`
			Version    string `json:"version"`
			Newest     string `json:"newest"`
			Outdated   bool   `json:"outdated"`
		}
		list := []chart{}
		for _, n := range found {
			list = append(list, chart{n.Name, n.Repository, n.Version, n.Newest, n.Outdated})
		}
		return writeChartsJSON(w, list)
	}
	rows := make([][]string, len(found))
	for i, n := range found {
		rows[i] = []string{n.Name, n.Version, n.Newest, stateOf(n)}
	}
	return writeTable(w, format, []string{"Chart", "Version", "Newest", "State"}, rows)
}

func stateOf(n charts.Newest) string {
	switch {
	case n.Outdated:
		return "outdated"
	case n.Newest == "":
		return "unknown"
	}
	return "up to date"
}

func writeChartsJSON(w io.Writer, list any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"charts": list})
}

// writeTable writes rows below their headings. A cell with nothing in it has a
// dash.
func writeTable(w io.Writer, format Format, headings []string, rows [][]string) error {
	cell := func(text string) string {
		switch {
		case text == "":
			return "-"
		case format == Markdown:
			return plain(text)
		}
		return diag.Escape(text)
	}
	line := func(cells []string) string {
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		if format == Markdown {
			return "| " + strings.Join(cells, " | ") + " |\n"
		}
		return strings.Join(cells, "\t") + "\n"
	}
	var b strings.Builder
	if format == Markdown {
		b.WriteString(line(headings) + "|" + strings.Repeat(" --- |", len(headings)) + "\n")
		for _, row := range rows {
			b.WriteString(line(row))
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	aligned := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{headings}, rows...) {
		if _, err := io.WriteString(aligned, line(row)); err != nil {
			return err
		}
	}
	if err := aligned.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}
