package v1alpha1

// EnvVar is the value of an environment variable: exactly one of the fields.
type EnvVar struct {
	// Value is the text itself. A password does not belong here. Default: none.
	Value *string `json:"value,omitempty"`
	// Secret is a key of a Secret. Default: none.
	Secret *KeyRef `json:"secret,omitempty"`
	// ConfigMap is a key of a ConfigMap. Default: none.
	ConfigMap *KeyRef `json:"configMap,omitempty"`
	// Postgres is what a PostgresCluster gives to its clients. Its policy must
	// let the pods in; theirs lets them out. Default: none.
	Postgres *PostgresOutput `json:"postgres,omitempty"`
}

// KeyRef is one key of a Secret or ConfigMap in the same namespace.
type KeyRef struct {
	// Name of the Secret or ConfigMap. Required.
	Name string `json:"name"`
	// Key within it. Required.
	Key string `json:"key"`
}

// EnvFrom is variables that are called as the keys that hold them.
type EnvFrom struct {
	// ConfigMaps by name; a later one wins. Default: none.
	ConfigMaps []string `json:"configMaps,omitempty"`
	// Secrets by name, which win over ConfigMaps. Default: none.
	Secrets []string `json:"secrets,omitempty"`
}

// ServiceVolume is a volume and where it is mounted: exactly one of configMap,
// secret, persistentVolumeClaim, emptyDir and postgresCA.
type ServiceVolume struct {
	// MountPath is the absolute path in the container. Required.
	MountPath string `json:"mountPath"`
	// ReadOnly mounts it so that the process cannot write. Default: true for a
	// configMap, secret or postgresCA, which cannot be written to anyway, and
	// for a claim with access mode ReadOnlyMany; otherwise false.
	ReadOnly *bool `json:"readOnly,omitempty"`
	// SubPath is the path within the volume that is mounted instead of all of
	// it. What is mounted so does not follow changes of a ConfigMap or Secret.
	// Default: none.
	SubPath string `json:"subPath,omitempty"`

	// ConfigMap is one whose keys become files. Default: none.
	ConfigMap *Files `json:"configMap,omitempty"`
	// Secret is one whose keys become files. Default: none.
	Secret *Files `json:"secret,omitempty"`
	// PersistentVolumeClaim is storage that outlives the pods. Default: none.
	PersistentVolumeClaim *ClaimRef `json:"persistentVolumeClaim,omitempty"`
	// EmptyDir is space on the node that is lost with the pod. Default: none.
	EmptyDir *EmptyDir `json:"emptyDir,omitempty"`
	// PostgresCA is the certificate that a PostgresCluster is checked with, as
	// file ca.crt. Default: none.
	PostgresCA *PostgresCA `json:"postgresCA,omitempty"`
}

// Files are keys of a ConfigMap or Secret as files.
type Files struct {
	// Name of the ConfigMap or Secret in the same namespace. Required.
	Name string `json:"name"`
	// Items are the files that there are, each with the key that it holds.
	// Default: every key, as a file of the same name.
	Items map[string]string `json:"items,omitempty"`
}

// ClaimRef is a claim of this spec, or one that is there already: exactly one of
// the fields.
type ClaimRef struct {
	// Claim is the name of one of spec.persistentVolumeClaims. Default: none.
	Claim string `json:"claim,omitempty"`
	// Existing is the name of a PersistentVolumeClaim that something else made
	// in the same namespace. Default: none.
	Existing string `json:"existing,omitempty"`
}

// EmptyDir is space on the node.
type EmptyDir struct {
	// Size that it may have at most; a pod that uses more is evicted. Required.
	Size Quantity `json:"size"`
}

// PostgresCA is the certificate authority of a PostgresCluster.
type PostgresCA struct {
	// Cluster is metadata.name of a PostgresCluster in the same namespace.
	// Required.
	Cluster string `json:"cluster"`
}

// VolumeClaim is a claim for a persistent volume.
type VolumeClaim struct {
	// Size in bytes, with a suffix such as Gi: 10Gi. It can grow, never shrink.
	// Required.
	Size Quantity `json:"size"`
	// StorageClass is the name of the class, which must offer the access mode.
	// Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty"`
	// AccessMode is ReadWriteMany, ReadOnlyMany, ReadWriteOnce or
	// ReadWriteOncePod. The last two are for a single replica: with maxReplicas 1
	// alone, and its old pod stops before a new one starts. Default:
	// ReadWriteMany (replicas run on several nodes).
	AccessMode string `json:"accessMode,omitempty"`
}
