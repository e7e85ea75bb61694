// Package servers is empty: its go.mod names the servers that the tests of the
// module above run, and their versions. It is a module of its own so that what
// they need does not decide what the product is built from. In the folder flux is
// one that needs an older Kubernetes than the others.
package servers
