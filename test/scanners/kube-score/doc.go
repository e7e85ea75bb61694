// Package kubescore is empty: its go.mod names kube-score, which needs an older
// Kubernetes than Trivy does.
package kubescore
