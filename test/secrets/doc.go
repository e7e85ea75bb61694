// Package secrets tests that others open what atticgen encrypts and seals: the
// real sops, and the library of the controller of Sealed Secrets; from the overlay
// and from what is rendered of it.
package secrets
