package authz

import (
	"sync"
	"sync/atomic"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

const (
	// mostVerified and mostRefused bound what is remembered. Refused tokens are
	// remembered apart, so that no flood of them makes good ones forgotten.
	mostVerified = 10_000
	mostRefused  = 1_000
	// refusedFor is how long a refusal is remembered. It spares the processor when
	// a client repeats itself, and passes when a clock is set right.
	refusedFor = time.Minute
	// mostWaiting is how many unknown tokens may wait to be checked.
	mostWaiting = 256
)

// fingerprint is the SHA-256 of a token's text, by which it is remembered.
type fingerprint = [32]byte

// keyring is a set of keys and what was found with them. Other keys are another
// keyring, which remembers nothing.
type keyring struct {
	keys     []*token.PublicKey
	verified *memory[holder]
	refused  *memory[refusal]
	queue    *queue
}

// refusal is a lasting verdict on a token.
type refusal struct {
	verdict verdict
	who     holder
	until   time.Time
}

func newKeyring(keys []*token.PublicKey) *keyring {
	return &keyring{
		keys: keys, verified: newMemory[holder](mostVerified), refused: newMemory[refusal](mostRefused), queue: newQueue(mostWaiting),
	}
}

// queue lets one token be checked at a time. One check takes a tenth of a
// millisecond of a processor; more at once would let the requests with known
// tokens wait for all of them.
type queue struct {
	waiting atomic.Int64
	most    int64
	turn    sync.Mutex
}

func newQueue(most int64) *queue { return &queue{most: most} }

// enter waits for the turn. It gives up at once when too many wait already.
func (q *queue) enter() bool {
	if q.waiting.Add(1) > q.most {
		q.waiting.Add(-1)
		return false
	}
	q.turn.Lock()
	return true
}

func (q *queue) leave() {
	q.turn.Unlock()
	q.waiting.Add(-1)
}

// memory is a bounded map in two generations. When the younger one has half of
// what fits, the older one is forgotten, less what was asked for since.
type memory[V any] struct {
	mu           sync.Mutex
	half         int
	younger, old map[fingerprint]V
}

func newMemory[V any](most int) *memory[V] {
	return &memory[V]{half: most / 2, younger: map[fingerprint]V{}}
}

func (m *memory[V]) get(key fingerprint) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.younger[key]
	if ok {
		return v, true
	}
	if v, ok = m.old[key]; ok {
		m.add(key, v)
	}
	return v, ok
}

func (m *memory[V]) put(key fingerprint, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(key, v)
}

func (m *memory[V]) add(key fingerprint, v V) {
	if _, known := m.younger[key]; !known && len(m.younger) >= m.half {
		m.younger, m.old = make(map[fingerprint]V, m.half), m.younger
	}
	m.younger[key] = v
}

// size is how many are remembered, those in both generations twice.
func (m *memory[V]) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.younger) + len(m.old)
}
