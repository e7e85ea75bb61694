package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// result is what kubeconform says of one object.
type result struct {
	Filename string `json:"filename"`
	Status   string `json:"status"`
	Message  string `json:"msg"`
}

// The statuses that are no failure of kubeconform itself. Only the last is a
// finding.
const (
	statusValid   = "statusValid"
	statusSkipped = "statusSkipped"
	statusInvalid = "statusInvalid"
)

// atOnce is how many files one process is given: fewer than any command line
// holds.
const atOnce = 500

// run asks kubeconform about files. It is a process of its own, because its
// library would slow the start of the function down.
func (s Schemas) run(ctx context.Context, paths []string, version policy.KubernetesVersion) ([]result, error) {
	var all []result
	for len(paths) > 0 {
		n := min(len(paths), atOnce)
		results, err := s.ask(ctx, paths[:n], version)
		if err != nil {
			return nil, err
		}
		all, paths = append(all, results...), paths[n:]
	}
	return all, nil
}

func (s Schemas) ask(ctx context.Context, paths []string, version policy.KubernetesVersion) ([]result, error) {
	args := []string{"-output", "json", "-verbose", "-strict", "-ignore-missing-schemas", "-kubernetes-version", Version(version) + ".0"}
	for _, location := range s.Locations {
		args = append(args, "-schema-location", location)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, s.Kubeconform, append(args, paths...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failed := cmd.Run()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// It exits with 1 when it has found something, and likewise when it fails.
	var exit *exec.ExitError
	if failed != nil && !errors.As(failed, &exit) {
		return nil, fmt.Errorf("kubeconform cannot be run: %w", failed)
	}
	var answer struct {
		Resources []result `json:"resources"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		said := diag.Cut(strings.TrimSpace(stderr.String()))
		if said == "" {
			said = err.Error()
		}
		return nil, fmt.Errorf("kubeconform has failed: %s", said)
	}
	return answer.Resources, nil
}

// undownloaded is an error for each server that schemas could not be had from,
// rather than one for each object, which says no more.
func undownloaded(results []result, environment string) error {
	objects := map[string]int{}
	cause := map[string]string{}
	for _, r := range results {
		at := downloadFailure().FindStringSubmatch(r.Message)
		if r.Status == statusValid || r.Status == statusSkipped || at == nil {
			continue
		}
		objects[at[1]]++
		// It repeats addresses, mostly in quotes; the reason comes after the last.
		reason := strings.TrimPrefix(r.Message, at[0])
		cause[at[1]] = strings.TrimLeft(reason[strings.LastIndex(reason, `"`)+1:], ": -")
	}
	var list diag.List
	for _, server := range slices.Sorted(maps.Keys(objects)) {
		d := diag.New("", "schemas cannot be downloaded from %s, for %d of the objects of %s: %s", server, objects[server], environment, diag.Cut(cause[server]))
		d.Hint = "run this again when the network is back, or name a copy of the schemas with --schema-location"
		list = append(list, d)
	}
	return list.Err()
}

// downloadFailure is how kubeconform says that a server did not answer, or not
// with a schema.
var downloadFailure = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:failed|error while) downloading schema at ([^:/]+://[^/\s]+)\S*`)
})

// FindKubeconform is the program that the user names, or else the one beside
// atticgen, or else the one on PATH.
func FindKubeconform(given string) (string, error) {
	if given != "" {
		path, err := exec.LookPath(given)
		if err != nil {
			d := diag.New(given, "is no program that can be run")
			d.Hint = "name kubeconform with --kubeconform"
			return "", diag.List{d}
		}
		return path, nil
	}
	name := "kubeconform"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		d := diag.New("", "--schema-location needs the program kubeconform, which is neither beside atticgen nor on PATH")
		d.Hint = "install it with 'go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0', or name it with --kubeconform"
		return "", diag.List{d}
	}
	return path, nil
}
