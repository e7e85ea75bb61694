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
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// Methods of backup and recovery. Both write and read the same format.
const (
	MethodPlugin = "plugin"
	MethodInTree = "barmanObjectStore"
)

// barmanPlugin is how CloudNativePG knows the Barman Cloud plugin.
const barmanPlugin = "barman-cloud.cloudnative-pg.io"

func (o Options) backedUp() bool { return *o.Spec.Backup.Enabled }

func (o Options) archivesByPlugin() bool {
	return o.backedUp() && o.Spec.Backup.Method == MethodPlugin
}

// archive makes a cluster archive its log and, in the in-tree form, says where
// to.
func archive(c *cnpgv1.ClusterSpec, o Options) {
	b := *o.Spec.Backup
	// The folder is the cluster's name unless one is given.
	server := b.ServerName
	if server == o.Names.Name {
		server = ""
	}
	switch {
	case o.archivesByPlugin():
		parameters := map[string]string{parameterStore: o.Names.Backup()}
		if server != "" {
			parameters[parameterServer] = server
		}
		c.Plugins = []cnpgv1.PluginConfiguration{{Name: barmanPlugin, IsWALArchiver: new(true), Parameters: parameters}}
	case o.backedUp():
		place := archivePlace(b)
		place.ServerName = server
		c.Backup = &cnpgv1.BackupConfiguration{BarmanObjectStore: &place, RetentionPolicy: b.Retention}
		c.Env = storeEnv(b.Region)
	}
	if r := o.Spec.Recovery; r != nil && r.Method == MethodInTree && c.Env == nil {
		c.Env = storeEnv(r.Region)
	}
}

// Parameters of the plugin.
const (
	parameterStore  = "barmanObjectName"
	parameterServer = "serverName"
)

// storeEnv is what Barman reads from its environment.
func storeEnv(region string) []corev1.EnvVar {
	return append(objectstore.Compatibility(), corev1.EnvVar{Name: "AWS_DEFAULT_REGION", Value: region})
}

// walParallel is how many WAL files are uploaded or fetched at once.
const walParallel = 4

// place is a bucket, and how to get at it. Barman adds the server's name to the
// path.
func place(endpoint, bucket, credentials string) barmanapi.BarmanObjectStoreConfiguration {
	secret := func(key string) *machineryapi.SecretKeySelector {
		return &machineryapi.SecretKeySelector{
			LocalObjectReference: machineryapi.LocalObjectReference{Name: credentials}, Key: key,
		}
	}
	return barmanapi.BarmanObjectStoreConfiguration{
		DestinationPath: fmt.Sprintf("s3://%s/", bucket),
		EndpointURL:     endpoint,
		BarmanCredentials: barmanapi.BarmanCredentials{AWS: &barmanapi.S3Credentials{
			AccessKeyIDReference:     secret(objectstore.KeyAccessKeyID),
			SecretAccessKeyReference: secret(objectstore.KeySecretAccessKey),
		}},
		Wal: &barmanapi.WalBackupConfiguration{MaxParallel: walParallel},
	}
}

// archivePlace is where backups and log are written.
func archivePlace(b v1alpha1.Backup) barmanapi.BarmanObjectStoreConfiguration {
	var encryption barmanapi.EncryptionType
	if b.ServerSideEncryption != EncryptionNone {
		encryption = barmanapi.EncryptionType(b.ServerSideEncryption)
	}
	to := place(b.Endpoint, b.Bucket, b.CredentialsSecret)
	to.Wal.Compression, to.Wal.Encryption = barmanapi.CompressionTypeGzip, encryption
	// A backup that waits for an ordinary checkpoint can wait for minutes.
	to.Data = &barmanapi.DataBackupConfiguration{Compression: barmanapi.CompressionTypeGzip, Encryption: encryption, ImmediateCheckpoint: true}
	return to
}

func backupStore(o Options) *barmanv1.ObjectStore {
	b := *o.Spec.Backup
	store := pluginStore(o, o.Names.Backup(), archivePlace(b), b.Region)
	store.Spec.RetentionPolicy = b.Retention
	return store
}

// pluginStore is a place in the form that the plugin reads.
func pluginStore(o Options, name string, at barmanapi.BarmanObjectStoreConfiguration, region string) *barmanv1.ObjectStore {
	return &barmanv1.ObjectStore{
		TypeMeta:   metav1.TypeMeta{APIVersion: "barmancloud.cnpg.io/v1", Kind: "ObjectStore"},
		ObjectMeta: o.Scope.Object(o.of(name)),
		Spec: barmanv1.ObjectStoreSpec{
			Configuration: at,
			InstanceSidecarConfiguration: barmanv1.InstanceSidecarConfiguration{
				Env:       storeEnv(region),
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
	s := &cnpgv1.ScheduledBackup{
		TypeMeta:   metav1.TypeMeta{APIVersion: postgresGroup + "/v1", Kind: "ScheduledBackup"},
		ObjectMeta: o.Scope.Object(o.of(o.Names.Name)),
		Spec: cnpgv1.ScheduledBackupSpec{
			Cluster:  cnpgv1.LocalObjectReference{Name: o.Names.Name},
			Schedule: o.Spec.Backup.Schedule,
			// A new cluster is not left without a backup until midnight.
			Immediate:            new(true),
			BackupOwnerReference: "self",
			Method:               cnpgv1.BackupMethodBarmanObjectStore,
		},
	}
	if o.archivesByPlugin() {
		s.Spec.Method = cnpgv1.BackupMethodPlugin
		s.Spec.PluginConfiguration = &cnpgv1.BackupPluginConfiguration{Name: barmanPlugin}
	}
	return s
}
