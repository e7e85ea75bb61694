package controllers

import (
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

// TestControllers is the life of one cluster: a single node first, then three in
// three zones, then each of them drained. Scenarios that run at the same time have
// namespaces of their own.
func TestControllers(t *testing.T) {
	w := start(t)

	w.nodes(t, "a")
	first := map[string]*release{}
	for _, name := range w.names {
		first[name] = w.release(t, name, "first")
	}
	t.Run("one node", func(t *testing.T) {
		for name, r := range first {
			t.Run(name, func(t *testing.T) { testOneNode(t, w, r) })
		}
	})

	w.nodes(t, "b", "c")
	t.Run("three zones", func(t *testing.T) {
		for name, r := range first {
			t.Run("next version of "+name, func(t *testing.T) { testNextVersion(t, w, r) })
			t.Run("spread of "+name, func(t *testing.T) { testSpread(t, w, w.release(t, name, "spread")) })
		}
		for name, test := range map[string]func(*testing.T, *world){
			"rollouts that fail":  testFailingRollouts,
			"version that stops":  testStoppingVersion,
			"next versions":       testNextVersions,
			"no room":             testNoRoom,
			"pinned to a zone":    testPinned,
			"autoscaling":         testAutoscaling,
			"lost target":         testLostTarget,
			"no metrics":          testNoMetrics,
			"replicas under both": testFixedReplicas,
			"rendered replicas":   testRenderedReplicas,
			"job that runs twice": testTwice,
			"job that is removed": testRemoved,
			"cron job":            testCronJob,
			"overlapping runs":    testOverlap,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, w)
			})
		}
	})

	t.Run("drain", func(t *testing.T) { testDrain(t, w) })
	t.Run("blocked drain", func(t *testing.T) { testBlockedDrain(t, w) })
}
