package charts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// Pulls at the same time lose nothing of each other.
func TestPullConcurrently(t *testing.T) {
	archives := map[string][]byte{}
	for i := range 8 {
		archives[fmt.Sprintf("demo%d-1.0.0.tgz", i)] = packed(t, fmt.Sprintf("demo%d", i), "1.0.0", nil)
	}
	var repositories []*repository
	for range archives {
		repositories = append(repositories, newRepository(t, archives))
	}
	within(t, nil)
	var wait sync.WaitGroup
	for i, r := range repositories {
		wait.Go(func() {
			ref := r.ref(fmt.Sprintf("demo%d", i), "1.0.0")
			if _, err := Pull(context.Background(), Options{Root: ".", Names: []string{ref.Name}, Refs: []v1alpha1.ChartRef{ref}, Remote: r.remote()}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	outcomes, diags := Verify(".", nil)
	if len(diags) > 0 || len(outcomes) != len(archives) {
		t.Errorf("%d charts are in the lock, want %d: %v", len(outcomes), len(archives), diags)
	}
	if drafts, err := filepath.Glob("charts/.*"); err != nil || len(drafts) > 0 {
		t.Errorf("drafts are left: %q, %v", drafts, err)
	}
}

// What cannot be written leaves nothing behind.
func TestPullIntoFolderThatCannotBeWritten(t *testing.T) {
	archives := map[string][]byte{"a-1.0.0.tgz": packed(t, "a", "1.0.0", nil), "b-1.0.0.tgz": packed(t, "b", "1.0.0", nil)}
	repository := newRepository(t, archives)
	dir := within(t, map[string]string{"charts/x": ""})
	d, err := openDisk(".")
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	p := &pull{disk: d, source: newSource(repository.remote())}
	for _, name := range []string{"a", "b"} {
		if err := p.one(context.Background(), wanted{Entry: entryOf(repository.ref(name, "1.0.0"))}); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]struct {
		make func() error
		undo string
		want string
	}{
		"second archive": {
			func() error { return os.Mkdir("charts/b-1.0.0.tgz", 0o755) }, "charts/b-1.0.0.tgz",
			"charts/b-1.0.0.tgz: error: is not a file; move it away",
		},
		"lock": {
			func() error { return os.Mkdir("charts.lock", 0o755) }, "charts.lock",
			"charts.lock: error: is not a file; put a file there, or move it away",
		},
		"another chart meanwhile": {
			func() error { return os.WriteFile("charts/b-1.0.0.tgz", []byte("x"), 0o600) }, "charts/b-1.0.0.tgz",
			"charts/b-1.0.0.tgz: error: has come to be there meanwhile, and is another chart; run again",
		},
		"another digest meanwhile": {
			func() error {
				return os.WriteFile("charts.lock", []byte(lockOf(Entry{"b", repository.url(), "1.0.0", someDigest})), 0o600)
			}, "charts.lock",
			"charts.lock: error: has got another digest for b 1.0.0 meanwhile; run again",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := c.make(); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			wantError(t, p.commit(), "HOST", c.want)
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Error(diff)
			}
			if err := os.Remove(c.undo); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := p.commit(); err != nil {
		t.Error(err)
	}
}

func TestWriteFails(t *testing.T) {
	within(t, nil)
	d, err := openDisk(".")
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	err = d.write("charts/"+strings.Repeat("a", 300), []byte("x"))
	if err == nil || !strings.Contains(err.Error(), "error: cannot be ") {
		t.Error(err)
	}
	err = d.write("charts/a.tgz", []byte("x"))
	wantError(t, err, "HOST", "charts/a.tgz: error: cannot be written: no such file or directory; nothing was changed; check the owner and mode of it and of its folder, and the space that is left")
}

func TestPullOwn(t *testing.T) {
	dir := within(t, map[string]string{"charts/own/Chart.yaml": chartYAML("own", "1.0.0")})
	ref := func(version string) v1alpha1.ChartRef { return v1alpha1.ChartRef{Name: "own", Version: version} }
	pull := func(refs ...v1alpha1.ChartRef) ([]string, error) {
		outcomes, err := Pull(context.Background(), Options{Root: ".", Refs: refs})
		return states(outcomes), err
	}
	steps := []struct {
		name   string
		before func()
		refs   []v1alpha1.ChartRef
		want   []string
		err    string
	}{
		{name: "another version", refs: []v1alpha1.ChartRef{ref("2.0.0")}, err: "charts/own: error: is the chart own 1.0.0, not own 2.0.0; "},
		{name: "new", refs: []v1alpha1.ChartRef{ref("1.0.0")}, want: []string{"own 1.0.0 pinned"}},
		{name: "again", refs: []v1alpha1.ChartRef{ref("1.0.0")}, want: []string{"own 1.0.0 up to date"}},
		{name: "without a spec", want: []string{"own 1.0.0 up to date"}},
		{
			name: "changed", before: func() { put(t, "charts/own/values.yaml", "a: 1\n") }, refs: []v1alpha1.ChartRef{ref("1.0.0")},
			err: "charts/own: error: has the digest ",
		},
		{
			name: "raised in the folder only", before: func() { put(t, "charts/own/Chart.yaml", chartYAML("own", "1.1.0")) }, refs: []v1alpha1.ChartRef{ref("1.0.0")},
			err: "charts/own: error: is the chart own 1.1.0, not own 1.0.0; ",
		},
		{name: "raised in the spec too", refs: []v1alpha1.ChartRef{ref("1.1.0")}, want: []string{"own 1.1.0 pinned"}},
	}
	for _, s := range steps {
		if s.before != nil {
			s.before()
		}
		before := snapshot(t, dir)
		got, err := pull(s.refs...)
		if s.err == "" && err != nil || s.err != "" && (err == nil || !strings.HasPrefix(err.Error(), s.err)) {
			t.Errorf("%s: %v", s.name, err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s: %s", s.name, diff)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); s.err != "" && diff != "" {
			t.Errorf("%s: something was written:\n%s", s.name, diff)
		}
	}
	lock := snapshot(t, dir)["charts.lock"]
	if strings.Contains(lock, "1.0.0") || strings.Count(lock, "name: own") != 1 {
		t.Errorf("the version that is gone is still locked:\n%s", lock)
	}
}

func TestPullNames(t *testing.T) {
	repository := newRepository(t, map[string][]byte{"a-1.0.0.tgz": packed(t, "a", "1.0.0", nil), "b-1.0.0.tgz": packed(t, "b", "1.0.0", nil), "b-1.1.0.tgz": packed(t, "b", "1.1.0", nil)})
	within(t, map[string]string{"charts.lock": lockOf(Entry{"a", repository.url(), "1.0.0", ""}, Entry{"b", repository.url(), "1.0.0", ""})})
	options := Options{Root: ".", Names: []string{"b"}, Refs: []v1alpha1.ChartRef{repository.ref("b", "1.1.0")}, Remote: repository.remote()}
	outcomes, err := Pull(context.Background(), options)
	if diff := cmp.Diff([]string{"b 1.0.0 pulled", "b 1.1.0 pulled"}, states(outcomes)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	outcomes, _ = Verify(".", nil)
	if diff := cmp.Diff([]string{"a 1.0.0 not pulled", "b 1.0.0 up to date", "b 1.1.0 up to date"}, states(outcomes)); diff != "" {
		t.Error(diff)
	}
	options.Names = []string{"c\x1b"}
	_, err = Pull(context.Background(), options)
	wantError(t, err, "HOST", `error: there is no chart "c\x1b" in charts.lock or in a spec; name one of a, b`)
	options.Names, options.Refs = nil, []v1alpha1.ChartRef{{Name: "b", Version: "1.0.0", Repository: "oci://example.com"}}
	_, err = Pull(context.Background(), options)
	wantError(t, err, repository.URL, "charts/b-1.0.0.tgz: error: would be both b 1.0.0 of HOST/charts and b 1.0.0 of oci://example.com; name one repository everywhere, and remove the entry of the other from charts.lock")
}
