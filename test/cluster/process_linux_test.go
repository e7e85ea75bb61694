package cluster_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// Environment variables of the process that TestNothingStays starts.
const (
	variableEnd  = "ATTICGEN_TEST_END"
	variablePipe = "ATTICGEN_TEST_PIPE"
)

// TestNothingStays: a program does not outlive the test process, however that ends.
func TestNothingStays(t *testing.T) {
	if os.Getenv(variableEnd) != "" {
		t.Skip("this is the process that is to end")
	}
	for _, end := range []string{"out of time", "panic", "killed"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			// Open for writing, too, so that opening it waits for nobody.
			pipe, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = pipe.Close() }()
			args := []string{"-test.run=^TestEnd$"}
			if end == "out of time" {
				args = append(args, "-test.timeout=3s")
			}
			cmd := exec.Command(os.Args[0], args...)
			// What it cannot clean up goes with the folder of this test.
			cmd.Env = append(os.Environ(), variableEnd+"="+end, variablePipe+"="+path, "TMPDIR="+t.TempDir())
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			reader, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = reader.Close() }()
			lines := bufio.NewReader(reader)
			if line, err := lines.ReadString('\n'); err != nil || line != "running\n" {
				t.Fatalf("the program says %q: %v", line, err)
			}
			if err := pipe.Close(); err != nil {
				t.Fatal(err)
			}
			if end == "killed" {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Wait(); err == nil {
				t.Error("the process has not failed")
			}
			// Nobody writes to the pipe any more when the program has ended.
			if err := reader.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := lines.ReadByte(); !errors.Is(err, io.EOF) {
				t.Errorf("the program is still there: %v", err)
			}
		})
	}
}

// TestEnd is the process that TestNothingStays starts.
func TestEnd(t *testing.T) {
	end := os.Getenv(variableEnd)
	if end == "" {
		t.Skip("only for TestNothingStays")
	}
	ready := make(chan struct{})
	// From another goroutine than the one that ends.
	go func() {
		defer close(ready)
		cluster.Start(t, "/bin/sh", nil, "-c", `exec 3>"$0"; echo running >&3; exec sleep 600`, os.Getenv(variablePipe))
	}()
	<-ready
	if end == "panic" {
		// In the test's own goroutine it would still clean up.
		go panic("as it is meant to")
	}
	select {}
}
