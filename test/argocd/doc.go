// Package argocd tests what is rendered by what Argo CD itself ships: its
// definitions on a real API server, and its way of calling kustomize. Its
// controllers do not run here.
package argocd
