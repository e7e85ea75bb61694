package atticcache

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// Values of app.kubernetes.io/name. The reference's commands select the API by
// app.kubernetes.io/name=attic, so that name is the API's alone among pods.
const (
	appAttic     = "attic"
	appGC        = "attic-gc"
	appMigration = "attic-migrate"
	appCaches    = "attic-caches"
	appAuthz     = "attic-authz"
)

// EnvDatabaseURL is the variable with which every process of Attic's that opens
// connections to PostgreSQL is told where it is.
const EnvDatabaseURL = "ATTIC_SERVER_DATABASE_URL"

// Other environment variables that Attic reads.
const (
	envPublicKey  = tokenset.KeyPublic
	envPrivateKey = tokenset.KeyPrivate
	envRustLog    = "RUST_LOG"
)

// Where the certificate authority of PostgreSQL is mounted.
const (
	postgresCADir  = "/etc/attic-postgres-ca"
	postgresCAFile = "ca.crt"
)

// atticPod is what the API, the garbage collector and the migration have in
// common: image, configuration, database, object store and a signing key, without
// which Attic does not start in any mode.
func (c cache) atticPod(name, mode string, config *corev1.ConfigMap, database []corev1.EnvVar, key corev1.EnvVar, resources v1alpha1.ResourceRequirements) hardened.Pod {
	env := []corev1.EnvVar{{Name: envRustLog, Value: c.spec.RustLog}}
	env = append(env, database...)
	env = append(env, key)
	env = append(env, objectstore.Credentials(c.spec.Storage.CredentialsSecret)...)
	return hardened.Pod{
		Name:             name,
		ServiceAccount:   name,
		Image:            c.spec.Image,
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Args:             []string{"--config", configDir + "/" + configFile, "--mode", mode},
		Env:              env,
		Resources:        resources,
		Security:         *c.spec.Security,
		Scheduling:       c.scheduling(),
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: config.Name},
			}}},
			// The Secret also holds the authority's private key; only its
			// certificate is mounted.
			{Name: "postgres-ca", VolumeSource: hardened.FileFromSecret(c.names.Postgres().CASecret(), postgresCAFile)},
		},
		Mounts: []corev1.VolumeMount{
			{Name: "config", MountPath: configDir, ReadOnly: true},
			{Name: "postgres-ca", MountPath: postgresCADir, ReadOnly: true},
		},
	}
}

// Variables that carry the database's credentials, from the Secret that
// CloudNativePG keeps. Kubernetes puts them into the URL that follows them.
const (
	envDatabaseURI      = "DATABASE_URI"
	envDatabaseUser     = "DATABASE_USER"
	envDatabasePassword = "DATABASE_PASSWORD"
)

// Parameters of the database URL: check the server's certificate and name; and
// lift the statement timeout, which is for requests, where a migration or a
// collection may rightly take longer than a minute.
const (
	verifyFull = "?sslmode=verify-full&sslrootcert=" + postgresCADir + "/" + postgresCAFile
	noTimeout  = "&options=-c%20statement_timeout%3D0"
)

// directDatabase leads to the primary. In CloudNativePG's own URI the
// credentials are escaped already.
func (c cache) directDatabase(parameters string) []corev1.EnvVar {
	return []corev1.EnvVar{
		postgrescluster.Env(envDatabaseURI, c.names.Postgres(), postgrescluster.OutputDatabaseURL),
		{Name: EnvDatabaseURL, Value: fmt.Sprintf("$(%s)%s", envDatabaseURI, parameters)},
	}
}

// pooledDatabase leads to PgBouncer. It puts together user and password as they
// are, which is safe for the letters and digits that CloudNativePG generates.
func (c cache) pooledDatabase() []corev1.EnvVar {
	pg := c.names.Postgres()
	return []corev1.EnvVar{
		postgrescluster.Env(envDatabaseUser, pg, postgrescluster.OutputUsername),
		postgrescluster.Env(envDatabasePassword, pg, postgrescluster.OutputPassword),
		{Name: EnvDatabaseURL, Value: fmt.Sprintf("postgresql://$(%s):$(%s)@%s:%d/%s%s",
			envDatabaseUser, envDatabasePassword,
			pg.Host(pg.Pooler()), naming.PortPostgres, c.spec.Postgres.Database, verifyFull)},
	}
}

// apiDatabase is how the API reaches the database.
func (c cache) apiDatabase() []corev1.EnvVar {
	if c.spec.Postgres.Pooler != nil {
		return c.pooledDatabase()
	}
	return c.directDatabase(verifyFull)
}

// backgroundDatabase is how the migration and the collector reach it: past
// PgBouncer, which takes no session options.
func (c cache) backgroundDatabase() []corev1.EnvVar {
	return c.directDatabase(verifyFull + noTimeout)
}
