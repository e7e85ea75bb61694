package redact

import (
	"bytes"
	"io"
)

const (
	// most is how much is held back at most, in bytes. Tokens and keys are shorter.
	most = 64 << 10
	// longestEnd is more than the line that ends a private key takes.
	longestEnd = 256
)

// Output passes text on without the secrets in it. It holds back what is not yet
// a whole line, so that a secret that comes in pieces is found, and base64 over
// several lines that begins like a secret; Flush or Close pass on the rest. From
// where a private key begins, it leaves everything out up to its end. Like most
// writers, it is to be used by one goroutine at a time.
type Output struct {
	to      io.Writer
	pending []byte
	// inKey says that a private key has begun whose end has not come yet.
	inKey bool
}

// Writer makes an Output that passes text on to w.
func Writer(w io.Writer) *Output { return &Output{to: w} }

// Write takes text. An error is one of passing text on.
func (o *Output) Write(p []byte) (int, error) {
	o.pending = append(o.pending, p...)
	if !o.inKey && len(o.pending) <= most && bytes.IndexByte(p, '\n') < 0 {
		return len(p), nil
	}
	for {
		if o.inKey && !o.leaveKey() {
			return len(p), nil
		}
		n := o.settled()
		if n == 0 {
			return len(p), nil
		}
		if err := o.pass(n); err != nil {
			return 0, err
		}
	}
}

// Flush passes on what was held back, whole line or not.
func (o *Output) Flush() error {
	for !o.inKey && len(o.pending) > 0 {
		if err := o.pass(len(o.pending)); err != nil {
			return err
		}
		if o.inKey && !o.leaveKey() {
			return nil
		}
	}
	return nil
}

// Close is Flush. It does not close what is written to.
func (o *Output) Close() error { return o.Flush() }

// pass passes on the first bytes of what is held back, or less if a private key
// begins in them and does not end.
func (o *Output) pass(n int) error {
	after := ""
	if at, open := openKey(string(o.pending[:n])); open {
		n, after, o.inKey = at, mark, true
	}
	text := String(string(o.pending[:n])) + after
	o.drop(n)
	_, err := io.WriteString(o.to, text)
	return err
}

// leaveKey leaves out what belongs to a private key, and tells whether it has
// ended.
func (o *Output) leaveKey() bool {
	if at := end().FindIndex(o.pending); at != nil {
		o.inKey = false
		o.drop(at[1])
		return true
	}
	// A part of the line that ends the key may have come.
	o.drop(max(0, len(o.pending)-longestEnd))
	return false
}

// drop forgets the first bytes of what is held back.
func (o *Output) drop(n int) { o.pending = append(o.pending[:0], o.pending[n:]...) }

// settled is how much of what is held back can be passed on: whole lines without
// base64 at their end that goes on and may be a secret. Where too much is held
// back, it is all up to the last white space or, without any, all of it.
func (o *Output) settled() int {
	if len(o.pending) > most {
		if n := bytes.LastIndexAny(o.pending, " \t\r\n") + 1; n > 0 {
			return n
		}
		return len(o.pending)
	}
	n := bytes.LastIndexByte(o.pending, '\n') + 1
	eachRun(string(o.pending[:n]), func(r run) bool {
		if r.open && r.holds(layers, isMarked) {
			n = r.start
		}
		return true
	})
	return n
}

// openKey is where a private key begins whose end is missing.
func openKey(s string) (at int, open bool) {
	if !isMarked(s) {
		return 0, false
	}
	for from := 0; ; {
		first := begin().FindStringIndex(s[from:])
		if first == nil {
			return 0, false
		}
		last := end().FindStringIndex(s[from+first[1]:])
		if last == nil {
			return from + first[0], true
		}
		from += first[1] + last[1]
	}
}
