package scanners_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

var update = flag.Bool("update", false, "write the tables of docs/scanners.md anew")

// holdPage holds the tables of docs/scanners.md to what is accepted and found.
func holdPage(t *testing.T, list []accepted, found []finding) {
	t.Helper()
	name := filepath.Join(rendered.Root(), "docs", "scanners.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	for table, text := range map[string]string{
		"scores":     scoreTable(found),
		"kube-score": acceptedTable("kube-score", list),
		"trivy":      acceptedTable("Trivy", list),
	} {
		if want, err = fill(want, table, text); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("docs/scanners.md is not what was found; run make scan SCAN=-update: %s", diff)
	}
}

// fill replaces what is between two comments that name a table.
func fill(page, table, text string) (string, error) {
	before, rest, found := strings.Cut(page, "<!-- "+table+": written by make scan -->\n")
	_, after, closed := strings.Cut(rest, "<!-- "+table+" -->")
	if !found || !closed {
		return "", fmt.Errorf("docs/scanners.md has no place for the table %s", table)
	}
	return before + "<!-- " + table + ": written by make scan -->\n\n" + text + "\n<!-- " + table + " -->" + after, nil
}

// acceptedTable has a row for each finding that stays.
func acceptedTable(scanner string, list []accepted) string {
	var table strings.Builder
	table.WriteString("| Check | Found at | It asks for | Why it stays |\n| --- | --- | --- | --- |\n")
	for _, a := range list {
		if a.Scanner != scanner {
			continue
		}
		at := "`" + strings.Join(a.Objects, "`, `") + "`"
		if len(a.In) == 1 {
			at += " in `" + a.In[0] + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", a.Check, at, a.Asks, a.Because)
	}
	return table.String()
}

// scoreTable counts what is found in the environments, for both users.
func scoreTable(found []finding) string {
	var table strings.Builder
	table.WriteString("| Environment | User | kube-score: critical | warning | Trivy: critical | high | medium | low | kubeconform: errors |\n")
	table.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, environment := range []string{"environments/production", "environments/staging"} {
		for _, as := range []struct{ user, name string }{{"1000", environment}, {fmt.Sprint(highUser), highUserName(environment)}} {
			fmt.Fprintf(&table, "| `%s` | %s |", environment, as.user)
			for _, column := range [][2]string{
				{"kube-score", "critical"},
				{"kube-score", "warning"},
				{"Trivy", "critical"},
				{"Trivy", "high"},
				{"Trivy", "medium"},
				{"Trivy", "low"},
				{"kubeconform", "error"},
			} {
				fmt.Fprintf(&table, " %d |", count(found, as.name, column[0], column[1]))
			}
			table.WriteString("\n")
		}
	}
	return table.String()
}

func count(found []finding, environment, scanner, severity string) int {
	return len(slices.DeleteFunc(slices.Clone(found), func(f finding) bool {
		return f.environment != environment || f.scanner != scanner || f.severity != severity
	}))
}
