// Package flux tests what is rendered with Flux's own kustomize-controller, on a
// real API server. Flux's source-controller, which fetches repositories, is
// played by the test: it serves an archive and says so in the status of the
// GitRepository.
package flux
