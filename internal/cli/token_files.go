package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/token"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// stdin is what names standard input, and standard output, in the place of a file.
const stdin = "-"

// Variables that keys and tokens are read from.
const (
	envKey   = "ATTICGEN_SIGNING_KEY"
	envToken = "ATTICGEN_TOKEN"
)

// maxInput is more than any key, token or value of a Secret takes.
const maxInput = 1 << 20

// input is the content of a file, or of standard input.
func input(streams Streams, name, hint string) ([]byte, error) {
	from := streams.In
	shown := "standard input"
	if looksLikeToken().MatchString(name) {
		return nil, &failure{code: ExitUsage, err: errors.New("a key or token stands where the name of a file does, and arguments are in process lists and histories: write it to a private file and name that; take this one for known to others")}
	}
	if name != stdin {
		shown = filepath.ToSlash(name)
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(name, err, hint)
		}
		defer func() { _ = f.Close() }()
		warnReadable(streams, name, f)
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: cannot be read: %w; %s", shown, tree.Bare(err), hint)
	case len(data) > maxInput:
		return nil, fmt.Errorf("%s: has more than %d bytes; %s", shown, maxInput, hint)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("%s: is empty; %s", shown, hint)
	}
	return data, nil
}

// warnReadable warns of a file that others can read though it is likely a secret.
func warnReadable(streams Streams, name string, f *os.File) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 || strings.HasSuffix(name, ".pub") {
		return
	}
	d := diag.New(filepath.ToSlash(name), "can be read by others (mode %04o)", info.Mode().Perm())
	d.Severity, d.Hint = diag.Warning, "if it is secret, run chmod 600 on it"
	say(streams.Err, d.String())
}

// privateFile makes a new file that only its owner can read. Nothing is
// overwritten and no link is followed.
func privateFile(name string, data []byte) error { return newFile(name, data, 0o600) }

func newFile(name string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	shown := filepath.ToSlash(name)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: is there already, and nothing is overwritten; name another file, or move it away", shown)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: its folder is not there; make it first, with mode 0700", shown)
	case err != nil:
		return fmt.Errorf("%s: cannot be made: %w", shown, tree.Bare(err))
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(name)
		return fmt.Errorf("%s: cannot be written: %w", shown, tree.Bare(err))
	}
	return nil
}

// looksLikeToken finds tokens where there should be none.
var looksLikeToken = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.?|^[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.|-----BEGIN|^LS0tLS1`)
})

// secretless checks arguments, and refuses those that are secrets before anything
// repeats them.
func secretless(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := noSecrets(args); err != nil {
			return err
		}
		return check(cmd, args)
	}
}

// noSecrets refuses arguments that are secrets, without repeating them.
func noSecrets(args []string) error {
	for i, arg := range args {
		if looksLikeToken().MatchString(arg) {
			return &failure{code: ExitUsage, err: fmt.Errorf(
				"argument %d looks like a token or a key, and arguments are in process lists and histories: write it to a private file and name that, or pipe it in as - (standard input), or set %s; take this one for known to others, and issue another", i+1, envToken)}
		}
	}
	return nil
}

// tokenText is the token of a file, of standard input (-), or of the environment
// where no file is named. What issuing wrote is understood too.
func tokenText(streams Streams, args []string) (text, from string, err error) {
	const hint = "name a file with a token, or - for standard input"
	if len(args) == 0 {
		if value := strings.TrimSpace(os.Getenv(envToken)); value != "" {
			return value, "$" + envToken, nil
		}
		if isTerminal(streams.In) {
			return "", "", &failure{code: ExitUsage, err: fmt.Errorf("no token is given; %s, or set %s", hint, envToken)}
		}
		args = []string{stdin}
	}
	data, err := input(streams, args[0], hint)
	if err != nil {
		return "", "", &failure{code: ExitInput, err: err}
	}
	from = filepath.ToSlash(args[0])
	if args[0] == stdin {
		from = "standard input"
	}
	text, ok := tokenIn(data)
	if !ok {
		return "", "", &failure{code: ExitInput, err: fmt.Errorf("%s: is JSON without a token as \"secret\"; %s", from, hint)}
	}
	return text, from, nil
}

// tokenIn is the token of a file: alone, or in JSON as issuing writes it, which is
// also what Secrets have. It is false for other JSON.
func tokenIn(data []byte) (text string, ok bool) {
	text = strings.TrimSpace(string(data))
	if !strings.HasPrefix(text, "{") {
		return text, true
	}
	var value struct {
		Secret string `json:"secret"`
	}
	err := json.Unmarshal(data, &value)
	return value.Secret, err == nil && value.Secret != ""
}

// publicKeys are those of files.
func publicKeys(streams Streams, files []string) ([]*token.PublicKey, error) {
	var keys []*token.PublicKey
	for _, name := range files {
		data, err := input(streams, name, "name a file with the public half of a signing key")
		if err != nil {
			return nil, err
		}
		key, err := token.ParsePublic(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.ToSlash(name), err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
