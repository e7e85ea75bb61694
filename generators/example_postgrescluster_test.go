package generators_test

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
)

// A database by itself, for an application that is not Attic. What it gives to
// the application has names that can be asked for.
func ExampleGenerate_postgresCluster() {
	objects, err := generators.Generate(&v1alpha1.PostgresCluster{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindPostgresCluster,
		Metadata:   v1alpha1.Metadata{Name: "my-pg", Namespace: "my-namespace"},
		Spec: v1alpha1.PostgresClusterKindSpec{PostgresClusterSpec: v1alpha1.PostgresClusterSpec{
			Database:         "mydb",
			Owner:            "myapp",
			Backup:           &v1alpha1.Backup{Endpoint: "https://s3.example.com"},
			AllowedPodLabels: map[string]string{"app.kubernetes.io/name": "myapp"},
		}},
	}, generators.Inputs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range objects {
		fmt.Println(o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
	}
	names := naming.Postgres{Name: "my-pg", Namespace: "my-namespace"}
	url := postgrescluster.Env("DATABASE_URL", names, postgrescluster.OutputDatabaseURL)
	fmt.Println(url.Name, "is key", url.ValueFrom.SecretKeyRef.Key, "of Secret", url.ValueFrom.SecretKeyRef.Name)
	// Output:
	// Namespace my-namespace
	// NetworkPolicy my-pg-default-deny
	// NetworkPolicy my-pg-allow-dns
	// NetworkPolicy my-pg
	// Cluster my-pg
	// ObjectStore my-pg-backup
	// ScheduledBackup my-pg
	// PodMonitor my-pg
	// DATABASE_URL is key uri of Secret my-pg-app
}
