package atticcache

// For the tests outside of this package, which evaluate what comes out with
// packages that are built on this one.
var (
	Minimal  = minimal
	Enforced = enforced
)
