package charts

import (
	"context"
	"errors"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Error is everything that went wrong.
type Error struct {
	// Problems that a person reads.
	Problems diag.List
	// Transfer says that nothing but fetching or writing failed: trying again
	// may help.
	Transfer bool
}

// Error lists the problems, one a line.
func (e *Error) Error() string { return e.Problems.Error() }

// Unwrap gives the problems to errors.As.
func (e *Error) Unwrap() error { return e.Problems }

// failed is an error about input.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Problems: asList(err)}
}

// problems collects what goes wrong with charts.
type problems struct {
	list  diag.List
	input bool
}

// add takes an error about a chart. One that is no diag.List is of a transfer.
func (p *problems) add(w wanted, err error) {
	if list, ok := errors.AsType[diag.List](err); ok {
		p.list, p.input = append(p.list, list...), true
		return
	}
	d := diag.New("", "%s could not be fetched: %v", w.Entry, err)
	switch {
	case errors.Is(err, context.Canceled):
		d.Message = w.String() + " could not be fetched: stopped"
	case errors.Is(err, context.DeadlineExceeded):
		d.Message = w.String() + " could not be fetched: " + w.Repository + " takes too long"
	}
	p.list = append(p.list, d)
}

func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return &Error{Problems: p.list.Sorted(), Transfer: !p.input}
}
