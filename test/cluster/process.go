package cluster

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// Start runs a program until the test ends. What it says is shown if the test
// fails. It gets nothing of the environment but PATH and what env says.
func Start(t testing.TB, program string, env []string, args ...string) *Process {
	t.Helper()
	var out output
	cmd := exec.Command(program, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	ended, err := Launch(cmd)
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{ended: ended}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s says:\n%s", filepath.Base(program), out.tail())
		}
	})
	return p
}

// Launch starts a command for which Start is too simple, and closes what it
// returns when the command has ended. On Linux that is no later than the test's own
// process, even if that runs out of time, panics or is killed.
func Launch(cmd *exec.Cmd) (ended <-chan struct{}, err error) {
	started, done := make(chan error), make(chan struct{})
	endWithParent(cmd)
	go func() {
		// The command must not outlive its thread, nor die before its time because
		// the thread is not needed any more: this keeps the thread until the end.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(done)
	}()
	return done, <-started
}

// Process is a program that runs beside a test.
type Process struct{ ended <-chan struct{} }

// Ended tells whether it has, by itself.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// FreePort is one on loopback that nobody listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// output is written to by a process while a test reads it.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

// tail is the end, which is where a server says why it gave up.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	const most = 16 << 10
	all := o.buffer.Bytes()
	return string(all[max(0, len(all)-most):])
}
