// Package flux is empty: its go.mod names Flux's kustomize-controller.
package flux
