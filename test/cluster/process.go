package cluster

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// Start runs a program until the test ends. What it says is shown if the test
// fails. It gets nothing of the environment but PATH and what env says.
func Start(t testing.TB, program string, env []string, args ...string) *Process {
	t.Helper()
	var out output
	p := &Process{ended: make(chan struct{})}
	cmd := exec.Command(program, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s says:\n%s", filepath.Base(program), out.tail())
		}
	})
	return p
}

// Process is a program that runs beside a test.
type Process struct{ ended chan struct{} }

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
