package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/bench/load"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

const revokedTokens = 50

// world is what the server reads and what its clients hold.
type world struct {
	config
	folder        string
	good, revoked []string
	// bad is a good token's text without its signature, and with that of another
	// key's token a letter of which is changed for each request.
	signed, signature string
}

func newWorld(c config) (*world, error) {
	folder, err := os.MkdirTemp("", "atticgen-bench-")
	if err != nil {
		return nil, err
	}
	w := &world{config: c, folder: folder}
	if err := w.fill(); err != nil {
		w.remove()
		return nil, err
	}
	return w, nil
}

func (w *world) remove() { _ = os.RemoveAll(w.folder) }

func (w *world) fill() error {
	key, err := token.Generate(w.keyBits)
	if err != nil {
		return err
	}
	all := make([]string, w.tokens+revokedTokens)
	entries := []map[string]string{}
	var errs error
	var mu sync.Mutex
	var signing sync.WaitGroup
	turns := make(chan struct{}, 8)
	now := time.Now().Truncate(time.Second)
	for i := range all {
		signing.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			text, err := token.Sign(key, token.Claims{
				ID: fmt.Sprintf("token-%d", i), Subject: "ci", IssuedAt: now, NotBefore: now, ExpiresAt: now.Add(time.Hour),
				Access: token.Access{{Pattern: "main", Permissions: token.Permissions{Pull: true, Push: true}}},
			})
			mu.Lock()
			defer mu.Unlock()
			all[i], errs = text, errors.Join(errs, err)
		})
		if i >= w.tokens {
			entries = append(entries, map[string]string{"id": fmt.Sprintf("token-%d", i), "subject": "ci", "reason": "measured", "revokedAt": now.UTC().Format(time.RFC3339)})
		}
	}
	signing.Wait()
	if errs != nil {
		return errs
	}
	w.good, w.revoked = all[:w.tokens], all[w.tokens:]
	last := strings.LastIndexByte(w.good[0], '.')
	w.signed, w.signature = w.good[0][:last+1], w.good[0][last+1:]
	list, err := json.Marshal(map[string]any{"revoked": entries})
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(w.folder, "public-key"), key.Public().PEM(), 0o600),
		os.WriteFile(filepath.Join(w.folder, "revoked.json"), list, 0o600),
	)
}

// usage is what the server took.
type usage struct {
	perRequest float64 // processor time in microseconds
	peak       float64 // memory in MiB
	pinned     bool    // to its processors, by the system
}

// measure runs a server of its own under the load, with bad requests beside it.
func (w *world) measure(ctx context.Context, flood int) (load.Result, usage, error) {
	cmd := exec.CommandContext(ctx, w.atticgen, "authz", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--drain", "0s",
		"--public-key", filepath.Join(w.folder, "public-key"), "--revoked", filepath.Join(w.folder, "revoked.json"))
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", w.procs))
	log, err := cmd.StderrPipe()
	if err != nil {
		return load.Result{}, usage{}, err
	}
	pinned, err := startOn(cmd, w.procs)
	if err != nil {
		return load.Result{}, usage{}, err
	}
	result, total, err := w.load(ctx, log, flood)
	err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	if err != nil {
		return load.Result{}, usage{}, err
	}
	state := cmd.ProcessState
	u := usage{pinned: pinned, perRequest: float64((state.UserTime() + state.SystemTime()).Microseconds()) / float64(total)}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.peak = float64(r.Maxrss) / 1024
	}
	return result, u, nil
}

func (w *world) load(ctx context.Context, log io.Reader, flood int) (load.Result, int, error) {
	lines := bufio.NewScanner(log)
	var addr string
	for addr == "" && lines.Scan() {
		var started struct{ Listen string }
		if json.Unmarshal(lines.Bytes(), &started) == nil {
			addr = started.Listen
		}
	}
	if addr == "" {
		return load.Result{}, 0, errors.Join(errors.New("the server did not start"), lines.Err())
	}
	go func() { _, _ = io.Copy(io.Discard, log) }()

	rate := w.rate + flood
	plan := load.Plan{Addr: addr, Connections: w.connections, Rate: rate, Requests: max(2*rate, w.tokens)}
	// Unmeasured at first: the server sees each token for the first time.
	plan.Next = func(i int) load.Request { return w.with(w.good[i%w.tokens], i, http.StatusOK) }
	total := plan.Requests
	if _, err := load.Run(ctx, plan); err != nil {
		return load.Result{}, 0, err
	}
	plan.Requests = w.seconds * rate
	total += plan.Requests
	plan.Next = func(i int) load.Request {
		// Spread evenly: request i is one of the flood when its share grows by one.
		if before := i * flood / rate; (i+1)*flood/rate > before {
			r := w.with(w.bad(i), i, http.StatusUnauthorized)
			r.Counted = false
			return r
		}
		switch n := i % 100; {
		case n < 2:
			return w.with(w.revoked[i/100%len(w.revoked)], i, http.StatusUnauthorized)
		case n < 4:
			return load.Request{Wire: wire(""), Want: http.StatusOK, Counted: true}
		case n == 4:
			return w.with(w.bad(i), i, http.StatusUnauthorized)
		default:
			return w.with(w.good[i*7%w.tokens], i, http.StatusOK)
		}
	}
	result, err := load.Run(ctx, plan)
	return result, total, err
}

// bad is a token that nobody has seen before, with a signature that no key made.
func (w *world) bad(i int) string {
	mark := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%09d", i))
	return w.signed + w.signature[:len(w.signature)/2] + mark + w.signature[len(w.signature)/2+len(mark):]
}

// with is a request with a token, as Attic's client and Nix send it in turn.
func (w *world) with(text string, i, want int) load.Request {
	header := "Authorization: Bearer " + text + "\r\n"
	if i%2 == 0 {
		header = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("attic:"+text)) + "\r\n"
	}
	return load.Request{Wire: wire(header), Want: want, Counted: true}
}

// wire is what Traefik sends.
func wire(authorization string) []byte {
	return []byte("GET / HTTP/1.1\r\nHost: attic-authz.nix-cache.svc\r\nUser-Agent: Nix/2.31.2\r\n" + authorization +
		"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: nix-cache.example.com\r\nX-Forwarded-Method: GET\r\n" +
		"X-Forwarded-Proto: https\r\nX-Forwarded-Uri: /main/0123456789abcdfghijklmnpqrsvwxyz.narinfo\r\nAccept-Encoding: gzip\r\n\r\n")
}
