package postgrescluster

import (
	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	barmanv1 "github.com/cloudnative-pg/plugin-barman-cloud/api/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// originName is what a recovered cluster calls the one that was backed up.
const originName = "origin"

// origin is where a recovered cluster comes from.
func origin(o Options) cnpgv1.ExternalCluster {
	r := *o.Spec.Recovery
	if r.Method == MethodInTree {
		from := place(r.Endpoint, r.Bucket, r.CredentialsSecret)
		from.ServerName = r.ServerName
		return cnpgv1.ExternalCluster{Name: originName, BarmanObjectStore: &from}
	}
	store := o.Names.Backup()
	if o.recoversFromOwnStore() {
		store = o.Names.Recovery()
	}
	return cnpgv1.ExternalCluster{Name: originName, PluginConfiguration: &cnpgv1.PluginConfiguration{
		Name:       barmanPlugin,
		Parameters: map[string]string{parameterStore: store, parameterServer: r.ServerName},
	}}
}

// recoversFromOwnStore tells whether the recovery needs a store object beside
// the backup's.
func (o Options) recoversFromOwnStore() bool {
	r, b := o.Spec.Recovery, o.Spec.Backup
	if r == nil || r.Method != MethodPlugin {
		return false
	}
	return !o.archivesByPlugin() || !samePlace(*r, *b) || r.Region != b.Region || r.CredentialsSecret != b.CredentialsSecret
}

// samePlace tells whether a recovery reads the bucket that the backup writes to.
func samePlace(r v1alpha1.Recovery, b v1alpha1.Backup) bool {
	return objectstore.SameEndpoint(r.Endpoint, b.Endpoint) && r.Bucket == b.Bucket
}

// recoveryStore has no retention: what another cluster wrote is not this one's
// to delete.
func recoveryStore(o Options) *barmanv1.ObjectStore {
	r := *o.Spec.Recovery
	return pluginStore(o, o.Names.Recovery(), place(r.Endpoint, r.Bucket, r.CredentialsSecret), r.Region)
}

func recoveryTarget(t *v1alpha1.RecoveryTarget) *cnpgv1.RecoveryTarget {
	if t == nil || *t == (v1alpha1.RecoveryTarget{}) {
		return nil
	}
	out := &cnpgv1.RecoveryTarget{
		TargetTime: t.Time,
		TargetLSN:  t.LSN,
		TargetName: t.Name,
		BackupID:   t.BackupID,
		TargetTLI:  t.Timeline,
	}
	// CloudNativePG takes false for a target, too.
	if t.Immediate {
		out.TargetImmediate = new(true)
	}
	if t.Exclusive {
		out.Exclusive = new(true)
	}
	return out
}
