package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// closed is what is left of a stream that is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func (closed) Read([]byte) (int, error) { return 0, errors.New("gone\x1b[2J") }

func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("testdata/repo")); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestStreamsThatAreGone(t *testing.T) {
	list, err := os.ReadFile(filepath.Join("testdata", "repo", "base", "cache", "cache.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	in := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  " + strings.ReplaceAll(strings.TrimSpace(string(list)), "\n", "\n  ") + "\n"
	for name, args := range map[string][]string{
		"function": {"function"},
		"render":   {"render", "--root", repository(t)},
		"explain":  {"explain", "atticcache"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr strings.Builder
			code := Run(t.Context(), "v0", args, Streams{In: strings.NewReader(in), Out: closed{}, Err: &stderr})
			if code != ExitOutput || stderr.String() != "error: standard output: file already closed\n" {
				t.Errorf("exit code %d, %q", code, stderr.String())
			}
			// Without anyone to listen, the code still says it.
			if code := Run(t.Context(), "v0", args, Streams{In: strings.NewReader(in), Out: closed{}, Err: closed{}}); code != ExitOutput {
				t.Errorf("exit code %d", code)
			}
		})
	}
	var stdout, stderr strings.Builder
	code := Run(t.Context(), "v0", []string{"function"}, Streams{In: closed{}, Out: &stdout, Err: &stderr})
	if code != ExitInput || stdout.Len() > 0 || stderr.String() != `error: cannot read standard input: gone\x1b[2J`+"\n" {
		t.Errorf("exit code %d, %q, %q", code, stdout.String(), stderr.String())
	}
}

// A render that is stopped writes nothing.
func TestStopped(t *testing.T) {
	root := repository(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr strings.Builder
	code := Run(ctx, "v0", []string{"render", "--root", root}, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if code != ExitOutput || stdout.Len() > 0 || stderr.String() != "error: nothing was written: context canceled\n" {
		t.Errorf("exit code %d, %q, %q", code, stdout.String(), stderr.String())
	}
	if _, err := os.Stat(filepath.Join(root, "environments")); !os.IsNotExist(err) {
		t.Errorf("environments: %v", err)
	}
}
