package cluster

import (
	"sync"
	"testing"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Warnings are what the API server says beside its answers.
type Warnings struct {
	mu    sync.Mutex
	texts []string
}

// Warnings collects, from now on, what the API server warns of.
func (c *Cluster) Warnings(t testing.TB) *Warnings {
	t.Helper()
	w := &Warnings{}
	config := rest.CopyConfig(c.Config)
	config.WarningHandler = w
	var err error
	if c.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return w
}

// HandleWarningHeader is called by the client for each warning.
func (w *Warnings) HandleWarningHeader(_ int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

// Take returns the warnings since it was asked last.
func (w *Warnings) Take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	texts := w.texts
	w.texts = nil
	return texts
}
