package v1alpha1

// ClusterNetwork is where what every namespace talks to is found.
type ClusterNetwork struct {
	// Monitoring is what may scrape metrics. Default: namespace monitoring, pods
	// labelled app.kubernetes.io/name=prometheus.
	Monitoring *Peer `json:"monitoring,omitempty"`

	// DNS is what pods ask for addresses. Default: namespace kube-system, pods labelled
	// k8s-app=kube-dns.
	DNS *DNS `json:"dns,omitempty"`
}

// PostgresNetwork is whom PostgreSQL talks to beside its clients.
type PostgresNetwork struct {
	// PostgresOperator is what may manage the database. Default: namespace
	// cnpg-system, pods labelled app.kubernetes.io/name=cloudnative-pg.
	PostgresOperator *Peer `json:"postgresOperator,omitempty"`

	// BackupS3 is where the backup's object store is. Default: found from the
	// backup's endpoint: for one inside the cluster (….svc), its namespace; for
	// an address, that address; otherwise any public address. A cache's backup on
	// the cache's own endpoint is where spec.network.s3 says.
	BackupS3 *S3Peer `json:"backupS3,omitempty"`

	// RecoveryS3 is where the object store of the recovery is. Default: where the
	// backup's is, on the same endpoint; otherwise found from the recovery's
	// endpoint in the same way.
	RecoveryS3 *S3Peer `json:"recoveryS3,omitempty"`

	// KubernetesAPI is where PostgreSQL's instances find the API server. It
	// cannot be selected by labels. Default: any address.
	KubernetesAPI *KubernetesAPI `json:"kubernetesAPI,omitempty"`
}

// DNS is where names are looked up.
type DNS struct {
	// Namespace of the resolver's pods. Default: kube-system.
	Namespace string `json:"namespace,omitempty"`

	// PodLabels of the resolver's pods. A label written here takes the place of
	// the default ones. Default: the one label k8s-app=kube-dns.
	PodLabels map[string]string `json:"podLabels,omitempty"`

	// CIDRs of resolvers that are not pods with labels, such as NodeLocal
	// DNSCache at 169.254.20.10/32, beside the pods. Default: none.
	CIDRs []string `json:"cidrs,omitempty"`
}

// S3Peer is an object store, by address or by namespace.
type S3Peer struct {
	// CIDRs are the object store's addresses, as in 192.0.2.0/24.
	CIDRs []string `json:"cidrs,omitempty"`
	// Namespace of an object store inside the cluster; write it or cidrs, not
	// both.
	Namespace string `json:"namespace,omitempty"`
	// PodLabels are the labels of an object store's pods inside the cluster.
	// Default: none (every pod of the namespace).
	PodLabels map[string]string `json:"podLabels,omitempty"`
	// Port that the object store's pods or addresses listen on. Default: the
	// endpoint's.
	Port *int32 `json:"port,omitempty"`
}

// KubernetesAPI is the address of the API server.
type KubernetesAPI struct {
	// CIDRs are the API server's addresses. Default: 0.0.0.0/0 and ::/0.
	CIDRs []string `json:"cidrs,omitempty"`
	// Ports are those that the API server listens on. Default: 443 and 6443.
	Ports []int32 `json:"ports,omitempty"`
}
