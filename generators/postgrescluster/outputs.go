package postgrescluster

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Outputs of a cluster, as specs name them: those of the reference's module
// (database_url, host_rw, host_ro, credentials_secret_name), the parts that the
// connection string is made of, and the host of the pooler.
const (
	OutputDatabaseURL       = "databaseURL"
	OutputHostRW            = "hostRW"
	OutputHostRO            = "hostRO"
	OutputPoolerHost        = "poolerHost"
	OutputPort              = "port"
	OutputDatabase          = "database"
	OutputUsername          = "username"
	OutputPassword          = "password"
	OutputCredentialsSecret = "credentialsSecret"
)

// Outputs are the names of all outputs, in the order of the documentation.
func Outputs() []string {
	return []string{
		OutputDatabaseURL, OutputHostRW, OutputHostRO, OutputPoolerHost, OutputPort,
		OutputDatabase, OutputUsername, OutputPassword, OutputCredentialsSecret,
	}
}

// secretKeys are the keys of the Secret that CloudNativePG keeps for the owner.
var secretKeys = map[string]string{
	OutputDatabaseURL: "uri",
	OutputDatabase:    "dbname",
	OutputUsername:    "username",
	OutputPassword:    "password",
}

// Env is an environment variable that holds an output. It panics on an output
// that is not one of [Outputs]; check first.
func Env(variable string, names naming.Postgres, output string) corev1.EnvVar {
	if key, ok := secretKeys[output]; ok {
		return corev1.EnvVar{Name: variable, ValueFrom: hardened.FromSecret(names.AppSecret(), key)}
	}
	values := map[string]string{
		OutputHostRW:            names.Host(names.ReadWrite()),
		OutputHostRO:            names.Host(names.ReadOnly()),
		OutputPoolerHost:        names.Host(names.Pooler()),
		OutputPort:              strconv.Itoa(naming.PortPostgres),
		OutputCredentialsSecret: names.AppSecret(),
	}
	value, ok := values[output]
	if !ok {
		panic("postgrescluster: no output " + output)
	}
	return corev1.EnvVar{Name: variable, Value: value}
}
