// Command noop stands in for a KRM function in measurements. It reads standard
// input to its end, keeps it in the file that RECORD names, and answers with
// the file that ANSWER names, both of which may be absent.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(in io.Reader, out io.Writer) error {
	input, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if path := os.Getenv("RECORD"); path != "" {
		if err := os.WriteFile(path, input, 0o600); err != nil {
			return err
		}
	}
	path := os.Getenv("ANSWER")
	if path == "" {
		return nil
	}
	answer, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = out.Write(answer)
	return err
}
