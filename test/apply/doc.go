// Package apply tests what atticgen renders against Kubernetes' API server: that
// everything is taken, that nothing drifts, that every ordinary change goes
// through, and that Pod Security admits every pod.
package apply
