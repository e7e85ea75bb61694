package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

func (c cache) apiOf() meta.Of {
	return meta.Of{Name: c.names.API(), App: appAttic, Component: "api", Wave: meta.WaveServing, Version: meta.ImageVersion(c.spec.Image)}
}

func (c cache) api() []meta.Object {
	spec := c.spec.API
	pod := c.atticPod(c.names.API(), "api-server", c.servingConfig(), c.apiDatabase(), *spec.Resources)
	pod.GracePeriodSeconds = spec.TerminationGracePeriodSeconds
	return hpadeployment.Objects(hpadeployment.Options{
		Scope:       c.scope,
		Of:          c.apiOf(),
		Pod:         pod,
		Scaling:     spec.Scaling,
		Port:        naming.PortAPI,
		ServicePort: naming.PortService,
		// Probes ask as a client would: a server with allowed hosts refuses a
		// request for its own address.
		Health:       hpadeployment.Health{Path: spec.HealthPath, Host: c.spec.Hostname, Timings: *spec.Probes},
		DrainSeconds: hpadeployment.DefaultDrainSeconds,
	})
}
