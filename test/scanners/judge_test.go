package scanners_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	list := []accepted{
		{Scanner: "a", Check: "uid", Objects: []string{"Job/*/migrate-*"}, In: []string{"golden/*/*"}},
		{Scanner: "a", Check: "tag", Objects: []string{"Job/*/*", "CronJob/*/*"}},
	}
	found := []finding{
		{"a", "golden/one/only", "Job/x/migrate-1", "uid", "low", "low user"},
		{"a", "environments/staging", "Job/x/migrate-1", "uid", "low", "low user"},
		{"b", "golden/one/only", "Job/x/migrate-1", "uid", "low", "low user"},
		{"a", "golden/one/only", "Job/x/gc", "uid", "low", "low user"},
		{"a", "environments/staging", "Job/x/gc", "tag", "low", "latest"},
	}
	want := []string{
		"a no longer says tag of CronJob/*/*: take it off accepted.yaml",
		"environments/staging: Job/x/migrate-1: a: uid (low): low user",
		"golden/one/only: Job/x/gc: a: uid (low): low user",
		"golden/one/only: Job/x/migrate-1: b: uid (low): low user",
	}
	if diff := cmp.Diff(want, judge(found, list)); diff != "" {
		t.Error(diff)
	}
}

func TestScanIsNotBelieved(t *testing.T) {
	t.Parallel()
	job := &unstructured.Unstructured{}
	job.SetKind("Job")
	job.SetName("one")
	streams := []stream{{environment: "production", file: "p", objects: []*unstructured.Unstructured{job, job}}}
	for name, test := range map[string]struct {
		seen map[string][]string
		err  error
		want string
	}{
		"failed":   {nil, errors.New("killed"), "blind: killed"},
		"nothing":  {nil, nil, "production: saw 0 objects of 2: not Job/one, Job/one\nblind: saw no object at all"},
		"too few":  {map[string][]string{"p": {"Job/one"}}, nil, "production: saw 1 objects of 2"},
		"too many": {map[string][]string{"p": {"Job/one", "Job/one", "Job/one"}}, nil, "production: saw 3 objects of 2"},
		"another":  {map[string][]string{"p": {"Job/one", "Job/two"}}, nil, "production: saw 2 objects of 2"},
		"all":      {map[string][]string{"p": {"Job/one", "Job/one"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blind := scanner{
				name: "blind",
				run:  func([]stream) (map[string][]string, []finding, error) { return test.seen, nil, test.err },
				sees: func(kind string) bool { return kind == "Job" },
			}
			_, err := blind.scan(slices.Clone(streams))
			if err == nil && test.want != "" || err != nil && (test.want == "" || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
