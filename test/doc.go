// Package test holds tests that need real servers. It is a module of its own, so
// that what the servers are built from does not become the product's.
package test
