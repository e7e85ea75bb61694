package authz

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// metrics are counted by hand: the libraries for it do work before main starts,
// which every run of atticgen would pay for. docs/decisions has the numbers.
type metrics struct {
	server                    *Server
	requests                  map[verdict]*atomic.Uint64 // complete from the start, so read only
	duration                  histogram
	hits, misses              atomic.Uint64
	keyFailures, listFailures atomic.Uint64
}

func newMetrics(s *Server) *metrics {
	m := &metrics{server: s, requests: map[verdict]*atomic.Uint64{}}
	for _, v := range verdicts() {
		m.requests[v] = new(atomic.Uint64)
	}
	return m
}

func (m *metrics) count(v verdict, took time.Duration) {
	m.requests[v].Add(1)
	m.duration.observe(took)
}

const numBounds = 10

// bounds are the upper ends of the histogram's buckets. The promise is a
// millisecond.
func bounds() [numBounds]time.Duration {
	return [...]time.Duration{
		25 * time.Microsecond, 50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
		time.Millisecond, 2500 * time.Microsecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second,
	}
}

// histogram counts durations. The last bucket has no upper end.
type histogram struct {
	buckets [numBounds + 1]atomic.Uint64
	sum     atomic.Int64
}

func (h *histogram) observe(d time.Duration) {
	all := bounds()
	i := 0
	for i < len(all) && d > all[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.sum.Add(int64(d))
}

// text is everything in Prometheus's text format.
func (m *metrics) text() string {
	var out strings.Builder
	family := func(name, kind, help string) string {
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
		return name
	}
	value := func(series string, v float64) {
		fmt.Fprintf(&out, "%s %s\n", series, strconv.FormatFloat(v, 'g', -1, 64))
	}
	gauge := func(name, help string, v float64) { value(family(name, "gauge", help), v) }
	s := m.server
	now := s.now()

	name := family("atticgen_authz_requests_total", "counter", "Requests that were judged, by outcome.")
	for _, v := range verdicts() {
		value(fmt.Sprintf("%s{outcome=%q}", name, string(v)), float64(m.requests[v].Load()))
	}

	name = family("atticgen_authz_request_duration_seconds", "histogram", "Time from the headers of a request to its answer.")
	var total uint64
	for i, bound := range bounds() {
		total += m.duration.buckets[i].Load()
		value(fmt.Sprintf("%s_bucket{le=%q}", name, strconv.FormatFloat(bound.Seconds(), 'g', -1, 64)), float64(total))
	}
	total += m.duration.buckets[numBounds].Load()
	value(name+`_bucket{le="+Inf"}`, float64(total))
	value(name+"_sum", time.Duration(m.duration.sum.Load()).Seconds())
	value(name+"_count", float64(total))

	name = family("atticgen_authz_cache_lookups_total", "counter", "Tokens that were looked up among those checked before, by result.")
	value(name+`{result="hit"}`, float64(m.hits.Load()))
	value(name+`{result="miss"}`, float64(m.misses.Load()))
	var remembered, tokens, ready, usable float64
	if keys := s.keys.good(); keys != nil {
		remembered = float64(keys.verified.size())
	}
	if list := s.list.good(); list != nil {
		tokens = float64(list.Len())
	}
	if len(s.faults()) == 0 {
		ready = 1
	}
	if s.usable() {
		usable = 1
	}
	gauge("atticgen_authz_cache_entries", "Good tokens that are remembered.", remembered)
	gauge("atticgen_authz_ready", "1 if keys and list have been good at one time and the server is not stopping.", ready)
	gauge("atticgen_authz_usable", "1 if keys and list are good, so that tokens can be checked.", usable)
	gauge("atticgen_authz_revoked_tokens", "Tokens on the list; 0 without a good list.", tokens)
	gauge("atticgen_authz_list_loaded_timestamp_seconds", "When the list was last read well; 0 for never.", float64(s.list.loaded.Load()))
	gauge("atticgen_authz_list_changed_timestamp_seconds", "When the list was last found changed; 0 for never.", float64(s.list.changed.Load()))
	gauge("atticgen_authz_list_age_seconds", "Time since the list was last read well.", max(0, now.Sub(time.Unix(s.list.loaded.Load(), 0)).Seconds()))
	gauge("atticgen_authz_keys_changed_timestamp_seconds", "When the public keys were last found changed; 0 for never.", float64(s.keys.changed.Load()))
	name = family("atticgen_authz_reload_failures_total", "counter", "How often files were looked at and not good, by what they hold.")
	value(name+`{file="list"}`, float64(m.listFailures.Load()))
	value(name+`{file="public_keys"}`, float64(m.keyFailures.Load()))
	name = family("atticgen_build_info", "gauge", "Always 1; the version is a label.")
	value(fmt.Sprintf("%s{goversion=%q,version=%q}", name, runtime.Version(), s.options.Version), 1)
	return out.String()
}
