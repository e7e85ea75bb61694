package postgres_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	cnpg "github.com/cloudnative-pg/cloudnative-pg/pkg/postgres"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/specs"
	"github.com/kballard/go-shellquote"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// database is one rendered Cluster.
type database struct {
	// from is the environment that it is in, and objects all that there is.
	from    string
	objects []*unstructured.Unstructured
	cluster *cnpgv1.Cluster
}

// databases are the Clusters of all environments.
func databases(t testing.TB) []database {
	t.Helper()
	var all []database
	for _, environment := range rendered.Environments(t) {
		all = append(all, databasesOf(t, environment)...)
	}
	return all
}

// sample is the Cluster of a sample environment.
func sample(t testing.TB, name string) database {
	t.Helper()
	for _, environment := range rendered.Environments(t) {
		if environment.Name != name {
			continue
		}
		if all := databasesOf(t, environment); len(all) == 1 {
			return all[0]
		}
	}
	t.Fatalf("%s has no Cluster, or several", name)
	return database{}
}

func databasesOf(t testing.TB, environment rendered.Environment) []database {
	t.Helper()
	var all []database
	objects := environment.Objects(t)
	for _, object := range objects {
		if object.GetKind() != "Cluster" || !strings.HasPrefix(object.GetAPIVersion(), cnpgv1.SchemeGroupVersion.Group+"/") {
			continue
		}
		cluster := &cnpgv1.Cluster{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, cluster, true); err != nil {
			t.Fatalf("%s: %v", environment.Name, err)
		}
		all = append(all, database{from: environment.Name, objects: objects, cluster: cluster})
	}
	return all
}

func (d database) String() string {
	return fmt.Sprintf("%s: Cluster %s/%s", d.from, d.cluster.Namespace, d.cluster.Name)
}

// settings are what makes two servers differ: Clusters that agree in them can be
// tried on one.
func (d database) settings(t testing.TB) string {
	t.Helper()
	key := []any{d.cluster.Spec.PostgresConfiguration, nil}
	if initdb := d.initdb(); initdb != nil {
		without := initdb.DeepCopy()
		without.Database, without.Owner = "", ""
		key[1] = without
	}
	data, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// initdb is nil for a database that is recovered from a backup: what it once ran
// is in the backup.
func (d database) initdb() *cnpgv1.BootstrapInitDB {
	if d.cluster.Spec.Bootstrap == nil {
		return nil
	}
	return d.cluster.Spec.Bootstrap.InitDB
}

// asStored is the Cluster as CloudNativePG's webhook completes it, with an image
// of the release that the test has.
func (d database) asStored(major int) *cnpgv1.Cluster {
	c := d.cluster.DeepCopy()
	c.Spec.ImageCatalogRef = nil
	c.Spec.ImageName = fmt.Sprintf("postgresql:%d", major)
	if d.initdb() == nil {
		c.Spec.Bootstrap = &cnpgv1.BootstrapConfiguration{InitDB: &cnpgv1.BootstrapInitDB{
			Database: d.cluster.GetApplicationDatabaseName(), Owner: d.cluster.GetApplicationDatabaseOwner(),
		}}
	}
	c.SetDefaults()
	return c
}

// options of initdb are those of the Job that CloudNativePG makes.
func (d database) options(major int) ([]string, error) {
	command := specs.CreatePrimaryJobViaInitdb(*d.asStored(major), 1).Spec.Template.Spec.Containers[0].Command
	at := slices.Index(command, "--initdb-flags")
	if at < 0 || at+1 == len(command) {
		return nil, fmt.Errorf("CloudNativePG's Job has no --initdb-flags: %q", command)
	}
	return shellquote.Split(command[at+1])
}

// files are what CloudNativePG writes into the folder with the data. The rest of
// what it sets up (standbys, their slots) takes more than one server.
func (d database) files(r release, replaced map[string]string) (map[string]string, error) {
	stored := d.asStored(r.major)
	configuration := cnpg.CreatePostgresqlConfiguration(cnpg.ConfigurationInfo{
		Settings:                         cnpg.CnpgConfigurationSettings,
		MajorVersion:                     r.major,
		UserSettings:                     stored.Spec.PostgresConfiguration.Parameters,
		IncludingMandatory:               true,
		IncludingSharedPreloadLibraries:  true,
		AdditionalSharedPreloadLibraries: stored.Spec.PostgresConfiguration.AdditionalLibraries,
		IsAlterSystemEnabled:             stored.Spec.PostgresConfiguration.EnableAlterSystem,
		ClusterName:                      stored.Name,
	})
	libraries := strings.Split(configuration.GetConfig(cnpg.SharedPreloadLibraries), ",")
	libraries = slices.DeleteFunc(libraries, func(name string) bool { return slices.Contains(elsewhere, name) })
	configuration.OverwriteConfig(cnpg.SharedPreloadLibraries, strings.Join(libraries, ","))
	for _, name := range slices.Sorted(maps.Keys(replaced)) {
		if _, ok := d.cluster.Spec.PostgresConfiguration.Parameters[name]; ok {
			return nil, fmt.Errorf("the test replaces %s, and %s sets it", name, d)
		}
		configuration.OverwriteConfig(name, replaced[name])
	}
	custom, _ := cnpg.CreatePostgresqlConfFile(configuration)
	// As for every release since 14.
	hba, err := cnpg.CreateHBARules(stored.Spec.PostgresConfiguration.PgHBA, cnpg.HBAOptions{DefaultAuthenticationMethod: "scram-sha-256"})
	if err != nil {
		return nil, err
	}
	// Its instance manager and the server are one user; here the test plays the
	// manager.
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	ident, err := cnpg.CreateIdentRules(stored.Spec.PostgresConfiguration.PgIdent, me.Username)
	if err != nil {
		return nil, err
	}
	return map[string]string{customConf: custom, "pg_hba.conf": hba, "pg_ident.conf": ident}, nil
}

// instead are the parameters that make sense in a pod of CloudNativePG alone, with
// what the test has in their place. It never replaces what is generated.
func instead(folder, port string) map[string]string {
	return map[string]string{
		"port":                    port,
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": filepath.Join(folder, "run"),
		"log_directory":           filepath.Join(folder, "log"),
		"ssl_cert_file":           filepath.Join(folder, serverCertificate),
		"ssl_key_file":            filepath.Join(folder, serverKey),
		"ssl_ca_file":             filepath.Join(folder, authorityFile),
		"archive_command":         "true",
	}
}

// elsewhere are libraries that CloudNativePG loads when a parameter of theirs is
// set, and that do not come with PostgreSQL. Without them the server takes any
// value for their parameters.
var elsewhere = []string{"pgaudit", "pg_failover_slots"}
