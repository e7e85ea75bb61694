// Package postgrescluster generates a CloudNativePG cluster with backups, the
// reference's postgresql-cnpg module: TLS and SCRAM only, audited, isolated.
package postgrescluster

import (
	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Options is one PostgreSQL cluster.
type Options struct {
	// Names of the cluster and of what CloudNativePG makes for it.
	Names naming.Postgres
	// Scope is the metadata of all objects.
	Scope meta.Scope
	// Spec must be defaulted and checked.
	Spec v1alpha1.PostgresClusterSpec
	// Scheduling is where instances may run.
	Scheduling hardened.Scheduling
	// ImagePullSecrets name Secrets with registry credentials.
	ImagePullSecrets []string
	// Network is whom the database may talk to. Nil means that no policy is
	// wanted.
	Network *Network
}

// Objects are the cluster, its images, its backup, its pooler, its monitor and
// the network policy around them, as far as the spec wants them.
func Objects(o Options) []meta.Object {
	var objects []meta.Object
	if o.Network != nil {
		objects = append(objects, policy(o))
	}
	if c := o.Spec.ImageCatalog; c != nil && len(c.Images) > 0 {
		objects = append(objects, imageCatalog(o))
	}
	objects = append(objects, cluster(o))
	if o.archivesByPlugin() {
		objects = append(objects, backupStore(o))
	}
	if o.recoversFromOwnStore() {
		objects = append(objects, recoveryStore(o))
	}
	if o.backedUp() {
		objects = append(objects, scheduledBackup(o))
	}
	if o.Spec.Pooler != nil {
		objects = append(objects, pooler(o))
		if *o.Spec.Pooler.Instances > 1 {
			objects = append(objects, poolerBudget(o))
		}
	}
	if *o.Spec.PodMonitor {
		objects = append(objects, podMonitor(o))
		if o.Spec.Pooler != nil {
			objects = append(objects, poolerMonitor(o))
		}
	}
	return objects
}

func (o Options) of(name string) meta.Of {
	return meta.Of{Name: name, App: appPostgres, Instance: name, Component: "database"}
}

func cluster(o Options) *cnpgv1.Cluster {
	s := o.Spec
	c := &cnpgv1.Cluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: postgresGroup + "/v1", Kind: "Cluster"},
		ObjectMeta: o.Scope.Object(o.of(o.Names.Name)),
		Spec: cnpgv1.ClusterSpec{
			ImageName:             s.Image,
			ImagePullPolicy:       corev1.PullAlways,
			Instances:             int(*s.Instances),
			PrimaryUpdateStrategy: cnpgv1.PrimaryUpdateStrategyUnsupervised,
			EnableSuperuserAccess: new(false),
			ImageCatalogRef:       imageCatalogRef(s.ImageCatalog),
			Bootstrap:             bootstrap(s),
			PostgresConfiguration: cnpgv1.PostgresConfiguration{
				Parameters: s.Parameters,
				// A default line for every host follows these, so refusing
				// plain text takes a line of its own.
				PgHBA: []string{
					"hostssl all all all scram-sha-256",
					"hostnossl all all all reject",
				},
			},
			Resources:            hardened.Resources(*s.Resources),
			StorageConfiguration: storage(*s.Storage),
			PriorityClassName:    o.Scheduling.PriorityClassName,
			SeccompProfile:       &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			Affinity: cnpgv1.AffinityConfiguration{
				EnablePodAntiAffinity: new(true),
				PodAntiAffinityType:   cnpgv1.PodAntiAffinityTypeRequired,
				TopologyKey:           corev1.LabelHostname,
				NodeSelector:          o.Scheduling.NodeSelector,
				Tolerations:           hardened.Tolerations(o.Scheduling.Tolerations),
			},
			InheritedMetadata: inherited(o),
		},
	}
	for _, name := range o.ImagePullSecrets {
		c.Spec.ImagePullSecrets = append(c.Spec.ImagePullSecrets, cnpgv1.LocalObjectReference{Name: name})
	}
	if s.WALStorage != nil {
		c.Spec.WalStorage = new(storage(*s.WALStorage))
	}
	if s.Pooler != nil {
		// PgBouncer shows the cluster's certificate, and clients verify the
		// name they connect to.
		c.Spec.Certificates = &cnpgv1.CertificatesConfiguration{ServerAltDNSNames: []string{
			o.Names.Pooler(),
			o.Names.Pooler() + "." + o.Names.Namespace,
			o.Names.Host(o.Names.Pooler()),
		}}
	}
	archive(&c.Spec, o)
	if s.Recovery != nil {
		c.Spec.ExternalClusters = []cnpgv1.ExternalCluster{origin(o)}
	}
	return c
}

// bootstrap is how the first instance gets its data: empty, or from a backup.
func bootstrap(s v1alpha1.PostgresClusterSpec) *cnpgv1.BootstrapConfiguration {
	if s.Recovery != nil {
		return &cnpgv1.BootstrapConfiguration{Recovery: &cnpgv1.BootstrapRecovery{
			Source:         originName,
			Database:       s.Database,
			Owner:          s.Owner,
			RecoveryTarget: recoveryTarget(s.Recovery.Target),
		}}
	}
	return &cnpgv1.BootstrapConfiguration{InitDB: &cnpgv1.BootstrapInitDB{
		Database:      s.Database,
		Owner:         s.Owner,
		DataChecksums: new(true),
		PostInitSQL:   []string{noTimeoutForOperator},
	}}
}

// noTimeoutForOperator lifts the statement timeout, which is for requests, from
// the role as which CloudNativePG and Barman connect: starting and stopping a
// backup wait for a checkpoint and for the archive. Barman sets the options of
// its connections itself, so only the role can carry this. The setting is kept in
// the database, and restored with it.
const noTimeoutForOperator = "ALTER ROLE postgres SET statement_timeout = 0"

// inherited hands the labels and annotations that the user wants everywhere on
// to the pods and volumes that CloudNativePG makes.
func inherited(o Options) *cnpgv1.EmbeddedObjectMetadata {
	if len(o.Scope.Labels) == 0 && len(o.Scope.Annotations) == 0 {
		return nil
	}
	return &cnpgv1.EmbeddedObjectMetadata{Labels: o.Scope.Labels, Annotations: o.Scope.Annotations}
}

func storage(v v1alpha1.Volume) cnpgv1.StorageConfiguration {
	out := cnpgv1.StorageConfiguration{Size: string(v.Size)}
	if v.StorageClass != "" {
		out.StorageClass = &v.StorageClass
	}
	return out
}
