package authz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

const (
	maxKeyFile = 64 << 10
	// maxListFile is what a ConfigMap can hold.
	maxListFile = 1 << 20
)

// revoked is the list of revoked tokens.
type revoked struct{ revocation.List }

// watched is what was made of the contents of files, if they are good.
type watched[T any] struct {
	read  func(previous [][]byte) (contents [][]byte, made *T, err error)
	value atomic.Pointer[T]
	// loaded and changed are when the files were last read well, and when
	// something else than before was found in them, in Unix seconds.
	loaded, changed atomic.Int64

	// What follows belongs to the one that polls.
	contents  [][]byte
	complaint string
}

// errSame is what read says when there is nothing new in the files.
var errSame = errors.New("nothing has changed")

func watch[T any](read func([][]byte) ([][]byte, *T, error)) *watched[T] {
	return &watched[T]{read: read}
}

// good is what the files say, nil when they are not good.
func (w *watched[T]) good() *T { return w.value.Load() }

// poll looks at the files. From a change on that makes them bad, nothing of what
// they said before counts.
func (w *watched[T]) poll(now time.Time) (changed bool, err error) {
	contents, value, err := w.read(w.contents)
	switch {
	case errors.Is(err, errSame):
		w.loaded.Store(now.Unix())
		return false, nil
	case err != nil:
		w.value.Store(nil)
		w.contents = nil
		// Said once, not each second.
		again := err.Error() == w.complaint
		w.complaint = err.Error()
		return !again, err
	}
	w.value.Store(value)
	w.contents, w.complaint = contents, ""
	w.loaded.Store(now.Unix())
	w.changed.Store(now.Unix())
	return true, nil
}

func (s *Server) pollUntil(ctx context.Context) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.poll()
		}
	}
}

// poll looks at all files and says what is new.
func (s *Server) poll() {
	now := s.now()
	changed, err := s.keys.poll(now)
	s.report("public keys", changed, err, &s.metrics.keyFailures, func() []any {
		var ids []string
		for _, key := range s.keys.good().keys {
			ids = append(ids, key.ID())
		}
		return []any{"ids", ids}
	})
	changed, err = s.list.poll(now)
	s.report("list of revoked tokens", changed, err, &s.metrics.listFailures, func() []any {
		return []any{"tokens", s.list.good().Len()}
	})
	if s.usable() {
		s.begun.Store(true)
	}
	s.polled.Store(now.Unix())
}

// usable tells whether tokens can be checked.
func (s *Server) usable() bool { return s.keys.good() != nil && s.list.good() != nil }

func (s *Server) report(what string, changed bool, err error, failures *atomic.Uint64, details func() []any) {
	if err != nil {
		failures.Add(1)
	}
	switch {
	case !changed:
	case err != nil:
		s.log.Error("cannot use the "+what+", so tokens are refused", "error", err.Error())
	default:
		s.log.Info("read the "+what, details()...)
	}
}

func (s *Server) readKeys(previous [][]byte) ([][]byte, *keyring, error) {
	contents, err := readFiles(s.options.PublicKeys, maxKeyFile, previous)
	if err != nil {
		return nil, nil, err
	}
	var keys []*token.PublicKey
	for i, text := range contents {
		key, err := token.ParsePublic(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", diag.Quote(s.options.PublicKeys[i]), err)
		}
		keys = append(keys, key)
	}
	return contents, newKeyring(keys), nil
}

func (s *Server) readList(previous [][]byte) ([][]byte, *revoked, error) {
	contents, err := readFiles([]string{s.options.Revoked}, maxListFile, previous)
	if err != nil {
		return nil, nil, err
	}
	list, err := revocation.Parse(contents[0])
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", diag.Quote(s.options.Revoked), err)
	}
	return contents, &revoked{list}, nil
}

// readFiles reads files whole. It says errSame when they are as before.
func readFiles(paths []string, most int64, previous [][]byte) ([][]byte, error) {
	var contents [][]byte
	for _, path := range paths {
		text, err := readFile(path, most)
		if err != nil {
			return nil, err
		}
		contents = append(contents, text)
	}
	if previous != nil && slices.EqualFunc(contents, previous, bytes.Equal) {
		return nil, errSame
	}
	return contents, nil
}

func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes", diag.Quote(path), most)
	}
	return text, nil
}
