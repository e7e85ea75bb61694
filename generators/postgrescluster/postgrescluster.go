// Package postgrescluster generates a CloudNativePG cluster with backups, the
// reference's postgresql-cnpg module: TLS and SCRAM only, audited, isolated.
package postgrescluster

import (
	"fmt"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	barmanapi "github.com/cloudnative-pg/barman-cloud/pkg/api"
	machineryapi "github.com/cloudnative-pg/machinery/pkg/api"
	barmanv1 "github.com/cloudnative-pg/plugin-barman-cloud/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// barmanPlugin is how CloudNativePG knows the Barman Cloud plugin.
const barmanPlugin = "barman-cloud.cloudnative-pg.io"

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
	// Network is whom the database may talk to.
	Network Network
}

// Objects are the cluster, its backup, its pooler, its monitor and the network
// policy around them, as far as the spec wants them.
func Objects(o Options) []meta.Object {
	objects := []meta.Object{policy(o), cluster(o)}
	if o.backedUp() {
		objects = append(objects, backupStore(o), scheduledBackup(o))
	}
	if o.Spec.Pooler != nil {
		objects = append(objects, pooler(o))
	}
	if *o.Spec.PodMonitor {
		objects = append(objects, podMonitor(o))
		if o.Spec.Pooler != nil {
			objects = append(objects, poolerMonitor(o))
		}
	}
	return objects
}

func (o Options) backedUp() bool { return *o.Spec.Backup.Enabled }

func (o Options) of(name string) meta.Of {
	return meta.Of{Name: name, App: "postgresql", Instance: name, Component: "database"}
}

func cluster(o Options) *cnpgv1.Cluster {
	s := o.Spec
	c := &cnpgv1.Cluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: "postgresql.cnpg.io/v1", Kind: "Cluster"},
		ObjectMeta: o.Scope.Object(o.of(o.Names.Name)),
		Spec: cnpgv1.ClusterSpec{
			ImageName:             s.Image,
			ImagePullPolicy:       corev1.PullAlways,
			Instances:             int(*s.Instances),
			PrimaryUpdateStrategy: cnpgv1.PrimaryUpdateStrategyUnsupervised,
			EnableSuperuserAccess: new(false),
			Bootstrap: &cnpgv1.BootstrapConfiguration{InitDB: &cnpgv1.BootstrapInitDB{
				Database:      s.Database,
				Owner:         s.Owner,
				DataChecksums: new(true),
				PostInitSQL:   []string{noTimeoutForOperator},
			}},
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
	if o.backedUp() {
		c.Spec.Plugins = []cnpgv1.PluginConfiguration{{
			Name:          barmanPlugin,
			IsWALArchiver: new(true),
			Parameters:    map[string]string{"barmanObjectName": o.Names.Backup()},
		}}
	}
	return c
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

// walParallel is how many WAL files are uploaded at once.
const walParallel = 4

func backupStore(o Options) *barmanv1.ObjectStore {
	b := o.Spec.Backup
	var encryption barmanapi.EncryptionType
	if b.ServerSideEncryption != EncryptionNone {
		encryption = barmanapi.EncryptionType(b.ServerSideEncryption)
	}
	secret := func(key string) *machineryapi.SecretKeySelector {
		return &machineryapi.SecretKeySelector{
			LocalObjectReference: machineryapi.LocalObjectReference{Name: b.CredentialsSecret}, Key: key,
		}
	}
	return &barmanv1.ObjectStore{
		TypeMeta:   metav1.TypeMeta{APIVersion: "barmancloud.cnpg.io/v1", Kind: "ObjectStore"},
		ObjectMeta: o.Scope.Object(o.of(o.Names.Backup())),
		Spec: barmanv1.ObjectStoreSpec{
			RetentionPolicy: b.Retention,
			Configuration: barmanapi.BarmanObjectStoreConfiguration{
				// The plugin adds the cluster's name to the path.
				DestinationPath: fmt.Sprintf("s3://%s/", b.Bucket),
				EndpointURL:     b.Endpoint,
				BarmanCredentials: barmanapi.BarmanCredentials{AWS: &barmanapi.S3Credentials{
					AccessKeyIDReference:     secret(objectstore.KeyAccessKeyID),
					SecretAccessKeyReference: secret(objectstore.KeySecretAccessKey),
				}},
				Wal: &barmanapi.WalBackupConfiguration{Compression: barmanapi.CompressionTypeGzip, Encryption: encryption, MaxParallel: walParallel},
				// A backup that waits for an ordinary checkpoint can wait for
				// minutes.
				Data: &barmanapi.DataBackupConfiguration{Compression: barmanapi.CompressionTypeGzip, Encryption: encryption, ImmediateCheckpoint: true},
			},
			InstanceSidecarConfiguration: barmanv1.InstanceSidecarConfiguration{
				Env:       append(objectstore.Compatibility(), corev1.EnvVar{Name: "AWS_DEFAULT_REGION", Value: b.Region}),
				Resources: hardened.Resources(sidecarResources),
			},
		},
	}
}

// sidecarResources are those of the plugin's container beside each instance.
var sidecarResources = v1alpha1.ResourceRequirements{
	Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "128Mi"},
	Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "512Mi"},
}

func scheduledBackup(o Options) *cnpgv1.ScheduledBackup {
	return &cnpgv1.ScheduledBackup{
		TypeMeta:   metav1.TypeMeta{APIVersion: "postgresql.cnpg.io/v1", Kind: "ScheduledBackup"},
		ObjectMeta: o.Scope.Object(o.of(o.Names.Name)),
		Spec: cnpgv1.ScheduledBackupSpec{
			Cluster:  cnpgv1.LocalObjectReference{Name: o.Names.Name},
			Schedule: o.Spec.Backup.Schedule,
			// A new cluster is not left without a backup until midnight.
			Immediate:            new(true),
			BackupOwnerReference: "self",
			Method:               cnpgv1.BackupMethodPlugin,
			PluginConfiguration:  &cnpgv1.BackupPluginConfiguration{Name: barmanPlugin},
		},
	}
}
