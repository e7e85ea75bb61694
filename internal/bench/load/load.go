// Package load sends HTTP requests at a constant rate, whether or not answers
// come, and measures each from when it was to be sent: a server that is late for
// one request is late for those that wait behind it, and is measured so.
package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Request is one request, as it goes over the wire, and the status that it is to
// be answered with.
type Request struct {
	Wire []byte
	Want int
	// Counted is whether the time it takes is part of the result.
	Counted bool
}

// Plan is what to send where.
type Plan struct {
	Addr string
	// Connections are kept open; each has one request under way at most.
	Connections int
	// Rate is in requests a second, Requests how many there are.
	Rate, Requests int
	// Next makes the request of a number, before it is due.
	Next func(i int) Request
}

// Result is what came of a plan.
type Result struct {
	// Requests that were counted, Unexpected those with another status than
	// wanted, of all.
	Requests, Unexpected int
	// PerSecond is how many were answered in a second, of all.
	PerSecond float64
	// P50, P99, P999 and Max are of the time from when requests were due until
	// they were answered.
	P50, P99, P999, Max time.Duration
	// SentLateP99 is how late requests were sent, which is the share of whoever
	// measures: of its clock, and of connections that were all in use.
	SentLateP99 time.Duration
}

// Run sends the requests of a plan.
func Run(ctx context.Context, p Plan) (Result, error) {
	idle := make(chan *connection, p.Connections)
	results := make(chan outcome, p.Connections)
	var readers sync.WaitGroup
	var all []*connection
	defer func() {
		for _, c := range all {
			_ = c.conn.Close()
		}
		readers.Wait()
	}()
	for range p.Connections {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.Addr)
		if err != nil {
			return Result{}, err
		}
		c := &connection{conn: conn, sent: make(chan sent, 1)}
		all = append(all, c)
		idle <- c
		readers.Go(func() { c.read(idle, results) })
	}
	failed := make(chan error, 1)
	late := make([]time.Duration, 0, p.Requests)
	go func() { failed <- p.send(ctx, idle, &late) }()
	start := time.Now()
	var latencies []time.Duration
	var r Result
	for answered := 0; answered < p.Requests; {
		select {
		case o := <-results:
			answered++
			if o.err != nil {
				return Result{}, o.err
			}
			if o.unexpected {
				r.Unexpected++
			}
			if o.counted {
				latencies = append(latencies, o.took)
			}
		case err := <-failed:
			if err != nil {
				return Result{}, err
			}
			failed = nil // all are sent
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	}
	r.PerSecond = float64(p.Requests) / time.Since(start).Seconds()
	if failed != nil {
		<-failed
	}
	slices.Sort(latencies)
	slices.Sort(late)
	r.Requests = len(latencies)
	r.P50, r.P99, r.P999, r.Max = quantile(latencies, 0.5), quantile(latencies, 0.99), quantile(latencies, 0.999), quantile(latencies, 1)
	r.SentLateP99 = quantile(late, 0.99)
	return r, nil
}

// send sends each request when it is due, or when a connection is free.
func (p Plan) send(ctx context.Context, idle <-chan *connection, late *[]time.Duration) error {
	runtime.LockOSThread() // its clock is set finer, and then it ends
	fineClock()
	start := time.Now()
	for i := range p.Requests {
		request := p.Next(i)
		due := start.Add(time.Duration(i) * time.Second / time.Duration(p.Rate))
		pause(time.Until(due))
		var c *connection
		select {
		case c = <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
		*late = append(*late, time.Since(due))
		c.sent <- sent{due: due, want: request.Want, counted: request.Counted}
		if _, err := c.conn.Write(request.Wire); err != nil {
			return err
		}
	}
	return nil
}

// connection has one request under way at most.
type connection struct {
	conn net.Conn
	sent chan sent
}

type sent struct {
	due     time.Time
	want    int
	counted bool
}

type outcome struct {
	took                time.Duration
	counted, unexpected bool
	err                 error
}

// read reads answers until the connection ends.
func (c *connection) read(idle chan<- *connection, results chan<- outcome) {
	from := bufio.NewReader(c.conn)
	for {
		if _, err := from.Peek(1); err != nil {
			select {
			case <-c.sent:
				results <- outcome{err: fmt.Errorf("the server closed a connection with a request under way: %w", err)}
			default:
			}
			return
		}
		request := <-c.sent
		response, err := http.ReadResponse(from, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
		}
		if err != nil {
			results <- outcome{err: err}
			return
		}
		results <- outcome{
			took: time.Since(request.due), counted: request.counted, unexpected: response.StatusCode != request.want,
		}
		idle <- c
	}
}

// quantile is the smallest value that a share of the sorted values do not exceed.
func quantile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
