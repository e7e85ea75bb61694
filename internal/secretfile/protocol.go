package secretfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// What atticgen-sops is asked, and answers; its package documents it.
const protocol = 1

type request struct {
	Version     int               `json:"version"`
	Action      string            `json:"action"`
	Path        string            `json:"path"`
	Document    []byte            `json:"document,omitempty"`
	Header      string            `json:"header,omitempty"`
	Namespace   string            `json:"namespace,omitempty"`
	Name        string            `json:"name,omitempty"`
	Set         map[string][]byte `json:"set,omitempty"`
	Remove      []string          `json:"remove,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type reply struct {
	Version  int    `json:"version"`
	Document []byte `json:"document"`
	Warning  string `json:"warning"`
	Secret   *struct {
		Namespace   string            `json:"namespace"`
		Name        string            `json:"name"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		Data        map[string][]byte `json:"data"`
	} `json:"secret"`
}

// exitNoKey is how atticgen-sops ends if no private key opens a document.
const exitNoKey = 3

// ask starts the program once. What it says of its troubles goes through shown.
func ask(ctx context.Context, program string, r request, shown func(string) string) (reply, error) {
	r.Version = protocol
	question, err := json.Marshal(r)
	if err != nil {
		return reply{}, errors.New("the request to atticgen-sops cannot be written as JSON")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(question), &stdout, &stderr
	cmd.Env = environment()
	// What it has started, such as gpg, may keep its outputs open.
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return reply{}, failure(ctx, program, err, shown(stderr.String()))
	}
	var a reply
	if err := json.Unmarshal(stdout.Bytes(), &a); err != nil || a.Version != protocol {
		return reply{}, fmt.Errorf("%s does not answer as the atticgen-sops of this release; install both of the same release", program)
	}
	return a, nil
}

// environment has everything by which SOPS finds keys, but not the key that signs
// tokens; and nothing there shows memory if it dies.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "ATTICGEN_SIGNING_KEY=") && !strings.HasPrefix(variable, "GOTRACEBACK=") {
			kept = append(kept, variable)
		}
	}
	return append(kept, "GOTRACEBACK=none")
}

// failure is what the program says in its last line.
func failure(ctx context.Context, program string, err error, said string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	says := strings.TrimSpace(lines[len(lines)-1])
	ended := (*exec.ExitError)(nil)
	switch {
	case !errors.As(err, &ended):
		return fmt.Errorf("%s cannot be started: %w", program, err)
	case says == "":
		return fmt.Errorf("%s ended without saying why: %w", program, err)
	case ended.ExitCode() == exitNoKey:
		return fmt.Errorf("%w: %s", ErrSealed, says)
	}
	return errors.New(says)
}
