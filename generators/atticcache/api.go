package atticcache

import (
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// annotationSigningKey is on the pods of the API, so that another key is another
// pod: they read it when they start.
const annotationSigningKey = "atticgen.dev/signing-key"

// server is one of the API's servers. Attic knows one key at a time, so there are
// two while a key takes over.
type server struct {
	name string
	// keyID is empty where the spec does not say it.
	keyID string
	// key is the variable with the signing key.
	key     corev1.EnvVar
	scaling v1alpha1.Scaling
}

// servers are the present one and, if there is one, that of the next key.
func (c cache) servers() []server {
	all := []server{c.presentServer()}
	if c.spec.SigningKey.Next != nil {
		all = append(all, c.nextServer())
	}
	return all
}

func (c cache) presentServer() server {
	return server{name: c.names.API(), keyID: c.spec.SigningKey.KeyID, key: c.presentKey(), scaling: c.spec.API.Scaling}
}

// presentKey is the public half, which is all that checking tokens takes, unless
// the spec asks for the private one. Attic would prefer the public half if it
// had both.
func (c cache) presentKey() corev1.EnvVar {
	if private := c.spec.SigningKey.Private; private != nil {
		return fromSecret(envPrivateKey, *private)
	}
	return c.publicKey()
}

func (c cache) publicKey() corev1.EnvVar {
	return fromSecret(envPublicKey, c.spec.SigningKey.SecretKeyRef)
}

func fromSecret(variable string, key v1alpha1.SecretKeyRef) corev1.EnvVar {
	return corev1.EnvVar{Name: variable, ValueFrom: hardened.FromSecret(key.SecretName, key.Key)}
}

func (c cache) apiOf(s server) meta.Of {
	return meta.Of{Name: s.name, App: appAttic, Component: "api", Wave: meta.WaveServing, Version: meta.ImageVersion(c.spec.Image)}
}

// selector labels the pods of one server.
func (s server) selector() map[string]string { return naming.Selector(appAttic, s.name) }

func (c cache) api() []meta.Object { return hpadeployment.Objects(c.apiServer(c.presentServer())) }

// apiServer runs every server as the API's account.
func (c cache) apiServer(s server) hpadeployment.Options {
	spec := c.spec.API
	pod := c.atticPod(c.names.API(), "api-server", c.servingConfig(), c.apiDatabase(), s.key, *spec.Resources)
	pod.GracePeriodSeconds = spec.TerminationGracePeriodSeconds
	if s.keyID != "" {
		pod.Annotations = map[string]string{annotationSigningKey: s.keyID}
	}
	return hpadeployment.Options{
		Scope:       c.scope,
		Of:          c.apiOf(s),
		Pod:         pod,
		Scaling:     s.scaling,
		Port:        naming.PortAPI,
		ServicePort: naming.PortService,
		// Probes ask as a client would: a server with allowed hosts refuses a
		// request for its own address.
		Health:       hpadeployment.Health{Path: spec.HealthPath, Host: c.spec.Hostname, Timings: *spec.Probes},
		DrainSeconds: hpadeployment.DefaultDrainSeconds,
	}
}
