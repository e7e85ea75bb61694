package helmchart_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// absent are files of which none can be had.
type absent struct{ err error }

func (a absent) Chart(v1alpha1.ChartRef) ([]helmchart.File, error) { return nil, a.err }
func (a absent) Values(string) ([]byte, error)                     { return nil, a.err }

// What the files say about themselves is reported as they say it, each by itself,
// with their hint and no other.
func TestFileErrors(t *testing.T) {
	one, other := &helmchart.FileError{Message: "is away", Hint: "fetch it"}, &helmchart.FileError{Message: "is\nbroken; mend it"}
	for name, test := range map[string]struct {
		err  error
		want []validate.Problem
	}{
		"one": {one, []validate.Problem{{Path: "spec.chart", Message: "is away", Hint: "fetch it"}}},
		"several": {errors.Join(one, other), []validate.Problem{
			{Path: "spec.chart", Message: "is away", Hint: "fetch it"},
			{Path: "spec.chart", Message: "is broken; mend it"},
		}},
		"any": {errors.New("no luck"), []validate.Problem{
			{Path: "spec.chart", Message: "cannot be had: no luck", Hint: "run atticgen chart pull if the chart has not been pulled yet"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := helmchart.Generate(small(nil), absent{test.err})
			if diff := cmp.Diff(test.want, problems); diff != "" {
				t.Error(diff)
			}
		})
	}
	for err, want := range map[error]string{one: "is away; fetch it", other: "is\nbroken; mend it"} {
		if err.Error() != want {
			t.Errorf("error is %q, want %q", err, want)
		}
	}
}
