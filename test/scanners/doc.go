// Package scanners runs scanners of Kubernetes manifests over what atticgen
// renders, as users do who have them in a pipeline, and holds what they find to the
// list in accepted.yaml. `make scan` builds them and says where they are; which
// they are say the modules in tools and trivy.
package scanners
