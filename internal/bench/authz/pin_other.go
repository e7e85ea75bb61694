//go:build !linux

package main

import "os/exec"

// startOn starts a process. How many processors it uses is for it to say.
func startOn(cmd *exec.Cmd, _ int) (pinned bool, err error) { return false, cmd.Start() }
