package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	testscript.Main(cleaned{m}, map[string]func(){
		"atticgen": func() {
			code := Run(context.Background(), "v0-test", os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
			os.Exit(code) //nolint:forbidigo // here the test binary is atticgen
		},
	})
}

// cleaned removes the programs that tests built.
type cleaned struct{ *testing.M }

func (c cleaned) Run() int {
	defer testbin.Cleanup()
	return c.M.Run()
}

// longest is how long all scripts together may take before those that hang are
// killed.
const longest = 5 * time.Minute

// TestScripts runs what users type. Each script finds a repository in repo/, and
// atticgen, kustomize and kubeconform on its PATH.
func TestScripts(t *testing.T) {
	bin := t.TempDir()
	for name, built := range map[string]string{"kustomize": testbin.Kustomize(t), "kubeconform": testbin.Kubeconform(t)} {
		program, err := filepath.Abs(built)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	atticgen, err := exec.LookPath("atticgen")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Deadline:            time.Now().Add(longest),
		Setup: func(env *testscript.Env) error {
			env.Setenv("ONLY_ATTICGEN", filepath.Dir(atticgen))
			env.Setenv("TOMORROW", time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly))
			env.Setenv("YESTERDAY", time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly))
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return os.CopyFS(filepath.Join(env.WorkDir, "repo"), os.DirFS("testdata/repo"))
		},
		Condition: func(condition string) (bool, error) {
			switch condition {
			case "mounts":
				return exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", bin).Run() == nil, nil
			case "devfull":
				_, err := os.Stat("/dev/full")
				return err == nil, nil
			}
			return false, errors.New("unknown condition " + condition)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":   code,
			"repeat": repeat,
			"bytes":  addBytes,
			"crlf":   crlf,
		},
	})
}

// code N PROGRAM ARGS… runs a program and checks its exit code.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// repeat FILE N TEXT… appends a text N times to a file.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: repeat FILE N TEXT…")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	add(ts, args[0], strings.Repeat(strings.Join(args[2:], " "), n))
}

// addBytes is bytes FILE HEX, which appends bytes that a script cannot hold to a file.
func addBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE HEX")
	}
	data, err := hex.DecodeString(args[1])
	ts.Check(err)
	add(ts, args[0], string(data))
}

// crlf FILE gives a file the line endings of Windows.
func crlf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: crlf FILE")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func add(ts *testscript.TestScript, file, text string) {
	f, err := os.OpenFile(ts.MkAbs(file), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	ts.Check(err)
	_, err = f.WriteString(text)
	ts.Check(errors.Join(err, f.Close()))
}
