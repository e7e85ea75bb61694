package docs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/cli"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

var (
	pinned  = regexp.MustCompile(`(ATTICGEN: +|cmd/atticgen@)[0-9a-f]{7,40}\b`)
	waivers = regexp.MustCompile("(?s)```yaml\n(apiVersion: [^`]*kind: Waivers\n.*?)```")
)

// TestNoPinnedCommit asks that readers name the commit: one in a page is older
// than what the page describes.
func TestNoPinnedCommit(t *testing.T) {
	for _, doc := range documents(t) {
		if found := pinned.FindString(contents(t, filepath.Join(root, doc.name))); found != "" {
			t.Errorf("%s says %s; write COMMIT, and how to get it", doc.name, found)
		}
	}
}

// TestWaiverExample holds the example of a waiver to a finding that it waives.
func TestWaiverExample(t *testing.T) {
	found := waivers.FindAllStringSubmatch(contents(t, "verify.md"), -1)
	if len(found) != 1 {
		t.Fatalf("verify.md has %d examples of waivers", len(found))
	}
	dir := t.TempDir()
	for _, name := range []string{"base", "overlays"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	spec := filepath.Join(dir, "overlays", "staging", "cache", "cache.yaml")
	text := contents(t, spec)
	changed := regexp.MustCompile(`maxReplicas: \d+`).ReplaceAllString(text, "maxReplicas: 12")
	if changed == text {
		t.Fatal("staging says nothing about maxReplicas")
	}
	put(t, spec, changed)
	put(t, filepath.Join(dir, "waivers.yaml"), found[0][1])
	var said bytes.Buffer
	streams := cli.Streams{In: strings.NewReader(""), Out: &said, Err: &said}
	if code := cli.Run(t.Context(), "", []string{"render", "--root", dir, "--output", filepath.Join(dir, "environments"), filepath.Join(dir, "overlays", "staging")}, streams); code != cli.ExitOK {
		t.Fatalf("code %d: %s", code, said.String())
	}
	result, err := verify.Run(t.Context(), verify.Options{
		Root: dir, Output: filepath.Join(dir, "environments"), Names: []string{"staging"}, Kubernetes: verify.Tested(),
		Waivers: filepath.Join(dir, "waivers.yaml"), Today: time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	waived := 0
	for _, f := range result.Environments[0].Findings {
		switch {
		case f.Waived != nil:
			waived++
		case f.Severity != diag.Note:
			t.Errorf("not waived: %s %s: %s", f.Rule, f.Object, f.Message)
		}
	}
	if waived != 1 {
		t.Errorf("%d findings are waived, wanted 1", waived)
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
