package redact

import "io"

// Output passes text on without the secrets in it. It holds back what is not yet
// a whole line, so that a secret that comes in pieces is found; Close or Flush
// pass on the rest.
type Output struct {
	to      io.Writer
	pending []byte
}

// Writer passes text on to w.
func Writer(w io.Writer) *Output { return &Output{to: w} }

// Write takes text.
func (o *Output) Write(p []byte) (int, error) {
	o.pending = append(o.pending, p...)
	return len(p), nil
}

// Flush passes on what was held back.
func (o *Output) Flush() error {
	text := String(string(o.pending))
	o.pending = o.pending[:0]
	_, err := io.WriteString(o.to, text)
	return err
}

// Close is Flush. It does not close what is written to.
func (o *Output) Close() error { return o.Flush() }
