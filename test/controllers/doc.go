// Package controllers tests that Kubernetes' controllers do with what is rendered
// what it is rendered for: pods roll out, spread, scale and are evicted, and jobs
// run once.
package controllers
