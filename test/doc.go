// Package test is empty: the packages below it hold what is generated against the
// real thing. It is a module of its own, so that what that takes does not become
// the product's.
//
//   - validation: Kubernetes' own validation, without a server
//   - apply: a real API server takes everything, twice, and admits every pod
//   - controllers: real controllers and a scheduler, on nodes that are simulated
//   - flux: Flux's kustomize-controller, and how Argo CD calls kustomize
//   - postgres: a real PostgreSQL with the generated settings
//   - buckets: real S3 servers
//   - forwardauth: the authz server as a process, read by Prometheus's parser
//   - reports: the schema of what is written for other programs
//
// The other packages are what these share.
package test
