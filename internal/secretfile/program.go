package secretfile

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ProgramVariable names the environment variable with the path of atticgen-sops.
const ProgramVariable = "ATTICGEN_SOPS"

// FindSOPS is the path of atticgen-sops: what ATTICGEN_SOPS names, or else the one
// beside this program, or else the one on PATH.
func FindSOPS() (string, error) {
	if path := os.Getenv(ProgramVariable); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s names no program: %w", ProgramVariable, err)
		}
		return path, nil
	}
	name := "atticgen-sops"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New("atticgen-sops, which encrypts with SOPS, is neither beside atticgen nor on PATH: " +
			"install it with go install gitlab.com/attic-cache/atticgen/cmd/atticgen-sops@latest, or build both with make build, or name it in " + ProgramVariable)
	}
	return path, nil
}
