//go:build unix

package main

import "syscall"

// withoutCoreDumps keeps what is decrypted from being written to a file if the
// process dies.
func withoutCoreDumps() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
