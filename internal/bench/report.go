package bench

import (
	"fmt"
	"io"
	"strings"
)

// MaxFunctionMS is how long the function may take, in milliseconds, as this
// project promises it for a machine of two ordinary processors.
const MaxFunctionMS = 25

// Report is everything that was measured.
type Report struct {
	CPUs       int         `json:"cpus"`
	Platform   string      `json:"platform"`
	Go         string      `json:"go"`
	Kustomize  string      `json:"kustomize"`
	Helm       string      `json:"helm,omitempty"`
	Runs       int         `json:"runs"`
	Renderings []Rendering `json:"renderings"`
	Releasings []Releasing `json:"releasings,omitempty"`
	Function   Function    `json:"function"`
}

// Rendering is what it takes to render all overlays of a repository. The first
// row is atticgen's.
type Rendering struct {
	Overlays int   `json:"overlays"`
	Objects  int   `json:"objects"`
	Rows     []Row `json:"rows"`
}

// Releasing is what it takes to render Helm charts, one release of each. The
// first row is atticgen's.
type Releasing struct {
	Charts  int   `json:"charts"`
	Objects int   `json:"objects"`
	Rows    []Row `json:"rows"`
}

// Function is what the function's process takes by itself. The first row is
// atticgen's, the second that of a program that does nothing.
type Function struct {
	Runs        int   `json:"runs"`
	InputBytes  int   `json:"inputBytes"`
	OutputBytes int   `json:"outputBytes"`
	Rows        []Row `json:"rows"`
}

// Row is one way to do the work. The numbers are medians, and for the wall
// clock the extremes too.
type Row struct {
	Name      string  `json:"name"`
	WallMS    float64 `json:"wallMS"`
	WallMinMS float64 `json:"wallMinMS"`
	WallMaxMS float64 `json:"wallMaxMS"`
	CPUMS     float64 `json:"cpuMS"`
	PeakMiB   float64 `json:"peakMiB"`
}

// WriteText writes the report for people.
func (r Report) WriteText(w io.Writer) error {
	var out strings.Builder
	with := "kustomize " + r.Kustomize
	if r.Helm != "" {
		with += " and helm " + r.Helm
	}
	fmt.Fprintf(&out, "atticgen beside %s; %d CPUs, %s, %s\n", with, r.CPUs, r.Platform, r.Go)
	fmt.Fprintln(&out, "All give the same objects, byte for byte, of Helm charts less what atticgen adds. Medians, with the wall clock's range; memory is that of the largest process.")
	for _, rendering := range r.Renderings {
		compared(&out, fmt.Sprintf("%d overlays, %d objects, %d runs", rendering.Overlays, rendering.Objects, r.Runs), rendering.Rows)
	}
	for _, releasing := range r.Releasings {
		compared(&out, fmt.Sprintf("Helm charts: %d, %d objects, %d runs", releasing.Charts, releasing.Objects, r.Runs), releasing.Rows)
	}
	table(&out, fmt.Sprintf("The function on base, %d bytes in, %d out, %d runs", r.Function.InputBytes, r.Function.OutputBytes, r.Function.Runs), r.Function.Rows)
	fmt.Fprintln(&out, r.Function.verdict())
	_, err := io.WriteString(w, out.String())
	return err
}

// compared is a table and how its rows relate to the first.
func compared(out *strings.Builder, title string, rows []Row) {
	table(out, title, rows)
	for _, row := range rows[1:] {
		fmt.Fprintln(out, compare(row, rows[0]))
	}
}

func table(out *strings.Builder, title string, rows []Row) {
	width := len(title)
	for _, row := range rows {
		width = max(width, len(row.Name))
	}
	fmt.Fprintf(out, "\n%-*s  %8s  %-17s  %8s  %8s\n", width, title, "wall ms", "(min–max)", "CPU ms", "peak MiB")
	for _, row := range rows {
		extremes := fmt.Sprintf("(%.1f–%.1f)", row.WallMinMS, row.WallMaxMS)
		fmt.Fprintf(out, "%-*s  %8.1f  %-17s  %8.1f  %8.1f\n", width, row.Name, row.WallMS, extremes, row.CPUMS, row.PeakMiB)
	}
}

// compare says in a sentence how a row relates to another.
func compare(row, to Row) string {
	sentence := fmt.Sprintf("%s takes %.2f times as long as %s, with %.2f times the CPU time", row.Name, row.WallMS/to.WallMS, to.Name, row.CPUMS/to.CPUMS)
	if row.PeakMiB > 0 && to.PeakMiB > 0 {
		sentence += fmt.Sprintf(" and %.2f times the memory", row.PeakMiB/to.PeakMiB)
	}
	return sentence + "."
}

func (f Function) verdict() string {
	took := f.Rows[0].WallMS
	verdict := "PASS"
	if took > MaxFunctionMS {
		verdict = "over"
	}
	return fmt.Sprintf("atticgen takes %.1f ms, %.1f ms more than a program that does nothing. At most %d ms: %s.", took, took-f.Rows[1].WallMS, MaxFunctionMS, verdict)
}
