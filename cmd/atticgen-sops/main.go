// Command atticgen-sops encrypts Secrets with SOPS for atticgen, which starts it
// as a process. It is a program of its own, and a module of its own, because SOPS
// brings the clients of every cloud with it.
//
// It reads one request from its standard input and writes one answer to its
// standard output, both JSON; it takes no arguments and writes no files. A request
// has these fields:
//
//	version      1
//	action       "update" or "read"
//	path         the absolute path of the file: it decides which creation rule of
//	             .sops.yaml holds, and need not exist
//	document     what the file holds, as base64; without it the file is new
//	header       the line, without "# ", that the file is to begin with
//	namespace,   of the Secret; for "read", empty where they do not matter
//	name
//	set          keys and their values, as base64 of what a pod sees
//	remove       keys to remove
//	labels,      of the Secret; an empty value removes one
//	annotations
//
// The answer to "update" is
//
//	version      1
//	document     what the file is to hold, as base64
//	changed      whether that differs from what it holds
//	warning      what somebody should do besides, in one line, if there is anything
//
// and to "read"
//
//	version      1
//	secret       namespace, name, labels, annotations, and data: keys and their
//	             values, as base64 of what a pod sees
//
// Recipients of a new file are those of .sops.yaml, which is looked for from the
// file's folder upwards, or named by SOPS_CONFIG. A file that exists keeps its
// recipients: sops updatekeys changes them. Where .sops.yaml no longer names one of
// them, nothing is set until that has been done, so that nobody who was taken out
// gets to know new values; where it names another, a warning says so. Private keys are found as sops finds
// them. A creation rule that does not say what to encrypt encrypts data and
// stringData; the checksum is always of encrypted values only, so that atticgen
// render may sort what is around them.
//
// The exit code is 0, or 3 if no private key opens the document, or 2 if the
// request is not understood, or 1 for everything else; then there is no answer, and
// one line on standard error says what is wrong and what to do. No value of the
// Secret is in it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// The exit codes.
const (
	exitFailed  = 1
	exitRequest = 2
	exitNoKey   = 3
)

func main() {
	debug.SetTraceback("none")
	withoutCoreDumps()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	quiet()
	forgetEmpty()
	if len(args) > 0 {
		_, _ = fmt.Fprintln(stderr, "atticgen-sops is started by atticgen, and takes no arguments; to encrypt Secrets, run atticgen secret set")
		return exitRequest
	}
	r, err := readRequest(stdin)
	if err == nil {
		err = answer(r, stdout)
	}
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, oneLine(err.Error(), r))
	if wrong := (requestError{}); errors.As(err, &wrong) {
		return exitRequest
	}
	if closed := (noKeyError{}); errors.As(err, &closed) {
		return exitNoKey
	}
	return exitFailed
}

// forgetEmpty unsets what is set to nothing, as pipelines do with variables that
// are not for a branch: SOPS would take it for a key, or for a command.
func forgetEmpty() {
	for _, name := range []string{"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"} {
		if os.Getenv(name) == "" {
			_ = os.Unsetenv(name)
		}
	}
}

// answer does what is asked. What SOPS or a client of a cloud panics with may
// hold values, so it is not repeated.
func answer(r request, stdout io.Writer) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("SOPS ended unexpectedly; is the document whole, as sops wrote it?")
		}
	}()
	a, err := do(r)
	if err != nil {
		return err
	}
	return writeAnswer(stdout, a)
}

func do(r request) (reply, error) {
	switch {
	case r.Action == "read":
		return read(r)
	case r.Document == nil:
		return create(r)
	default:
		return update(r)
	}
}
