//go:build !unix

package main

// withoutCoreDumps: there is nothing to turn off.
func withoutCoreDumps() {}
