package main

import (
	"errors"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// startOn starts a process that can use no more than that many processors, all
// its threads together. It says whether the system keeps it to them.
func startOn(cmd *exec.Cmd, procs int) (pinned bool, err error) {
	// The process has the processors of the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, few unix.CPUSet
	if unix.SchedGetaffinity(0, &before) != nil {
		return false, cmd.Start()
	}
	for cpu := 0; few.Count() < min(procs, before.Count()); cpu++ {
		if before.IsSet(cpu) {
			few.Set(cpu)
		}
	}
	if unix.SchedSetaffinity(0, &few) != nil {
		return false, cmd.Start()
	}
	err = cmd.Start()
	return true, errors.Join(err, unix.SchedSetaffinity(0, &before))
}
