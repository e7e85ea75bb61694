// Package heap lets the heap of a process that lives for milliseconds grow
// before it is collected. Import it for that alone, in a program.
//
// It does so while packages are initialised, not when main starts: initialising
// the Kubernetes and Helm packages fills the heap often enough that collecting it
// would take a fifth of a short run. Go initialises packages in the order of
// their import paths, so this one comes before most of them.
package heap

import "runtime/debug"

// percent is Go's GOGC.
const percent = 400

func init() { debug.SetGCPercent(percent) }
