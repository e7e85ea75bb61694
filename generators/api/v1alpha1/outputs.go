package v1alpha1

// PostgresOutput is something that a PostgresCluster gives to its clients, by
// name, so that nobody copies the names of Services and Secrets.
type PostgresOutput struct {
	// Cluster is metadata.name of a PostgresCluster in the same namespace.
	// Required.
	Cluster string `json:"cluster"`

	// Output is which one: databaseURL (the full connection string), hostRW and
	// hostRO (the hosts of the primary and of the replicas), poolerHost (the host
	// of the pooler, which is there only where the cluster has one), port,
	// database, username, password, or credentialsSecret (the name of the Secret
	// that holds them). What is secret is read from that Secret when a pod starts.
	// Required.
	Output string `json:"output"`
}
