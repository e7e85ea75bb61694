package cluster

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill a command when the thread that starts it ends,
// which it does with its process, whatever ends that.
func endWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
