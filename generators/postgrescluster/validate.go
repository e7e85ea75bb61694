package postgrescluster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a defaulted spec. The store is that of the data that the
// database describes.
func Validate(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec, store v1alpha1.ObjectStoreSpec) {
	p.Int32(path.Child("instances"), s.Instances, 1, 99)
	if *s.Instances == 2 {
		p.Warn(path.Child("instances"), "is 2: while one instance is down, the other has no replica", "write 3")
	}
	image(p, path.Child("image"), s.Image)
	identifier(p, path.Child("database"), s.Database, "postgres", "template0", "template1")
	identifier(p, path.Child("owner"), s.Owner, "postgres", "streaming_replica", "cnpg_pooler_pgbouncer", "public", "none")
	volume(p, path.Child("storage"), *s.Storage)
	if s.WALStorage != nil {
		if s.WALStorage.Size == "" {
			p.Add(path.Child("walStorage", "size"), "is missing", "write the size of the volume for the write-ahead log, as in 5Gi")
		} else {
			volume(p, path.Child("walStorage"), *s.WALStorage)
		}
	}
	hardened.ValidateResources(p, path.Child("resources"), *s.Resources)
	parameters(p, path.Child("parameters"), s.Parameters)
	if *s.Backup.Enabled {
		backup(p, path.Child("backup"), *s.Backup, store)
	} else {
		p.Warn(path.Child("backup", "enabled"), "is false: a lost volume loses the cache's metadata", "remove the line unless something else backs PostgreSQL up")
	}
	if s.Pooler != nil {
		at := path.Child("pooler")
		p.Int32(at.Child("instances"), s.Pooler.Instances, 1, 99)
		p.Int32(at.Child("defaultPoolSize"), s.Pooler.DefaultPoolSize, 1, 10000)
		p.Int32(at.Child("maxClientConnections"), s.Pooler.MaxClientConnections, 1, 100000)
		hardened.ValidateResources(p, at.Child("resources"), *s.Pooler.Resources)
	}
}

var identifierForm = validate.NewForm(`[a-z_][a-z0-9_]*`, 63)

func identifier(p *validate.Problems, path *field.Path, value string, reserved ...string) {
	if !identifierForm.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which PostgreSQL takes only in quotes", validate.Quote(value)), "use lower-case letters, digits and underscores, starting with a letter")
	}
	if slices.Contains(reserved, value) || strings.HasPrefix(value, "pg_") {
		p.Add(path, fmt.Sprintf("is %s, which PostgreSQL or CloudNativePG keeps for itself", value), "choose another name, as in attic")
	}
}

// versionTag begins the tag of an image that CloudNativePG takes: it reads
// PostgreSQL's version there, and runs 14 and later.
var versionTag = validate.NewForm(`(1[4-9]|[2-9][0-9])\.[0-9]+([-._][0-9A-Za-z._-]+)?`, 128)

func image(p *validate.Problems, path *field.Path, value string) {
	ref, err := reference.ParseNormalizedNamed(value)
	if err != nil {
		p.Image(path, value, 2)
		return
	}
	if tagged, ok := ref.(reference.Tagged); !ok || !versionTag.Matches(tagged.Tag()) {
		p.Add(path, fmt.Sprintf("is %s, in whose tag CloudNativePG finds no version of PostgreSQL that it runs", validate.Quote(value)),
			"write an exact version from 14 on as the tag, and a digest too if wanted, as in postgresql:18.6-system-trixie@sha256:…")
		return
	}
	p.Image(path, value, 2)
}

func volume(p *validate.Problems, path *field.Path, v v1alpha1.Volume) {
	p.Bytes(path.Child("size"), string(v.Size))
	if v.StorageClass != "" {
		p.ObjectName(path.Child("storageClass"), v.StorageClass)
	}
}

var parameterForm = validate.NewForm(`[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?`, 127)

// refused are the parameters that CloudNativePG 1.30 sets itself or blocks
// (FixedConfigurationParameters in its pkg/postgres), and ssl_ciphers, which it
// documents as its own.
var refused = []string{
	"allow_system_table_mods", "archive_cleanup_command", "archive_command", "archive_mode",
	"bonjour", "bonjour_name", "cluster_name", "config_file", "data_directory", "data_sync_retry",
	"event_source", "external_pid_file", "hba_file", "hot_standby", "ident_file", "jit_provider",
	"listen_addresses", "log_destination", "log_directory", "log_file_mode", "log_filename",
	"log_rotation_age", "log_rotation_size", "log_truncate_on_rotation", "logging_collector",
	"pg_failover_slots.primary_dsn", "pg_failover_slots.standby_slot_names", "port",
	"primary_conninfo", "primary_slot_name", "promote_trigger_file", "recovery_end_command",
	"recovery_min_apply_delay", "recovery_target", "recovery_target_action",
	"recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name",
	"recovery_target_time", "recovery_target_timeline", "recovery_target_xid", "restart_after_crash",
	"restore_command", "shared_preload_libraries", "ssl", "ssl_ca_file", "ssl_cert_file",
	"ssl_ciphers", "ssl_crl_file", "ssl_dh_params_file", "ssl_key_file", "ssl_passphrase_command",
	"ssl_passphrase_command_supports_reload", "ssl_prefer_server_ciphers", "stats_temp_directory",
	"synchronized_standby_slots", "synchronous_standby_names", "syslog_facility", "syslog_ident",
	"syslog_sequence_numbers", "syslog_split_messages", "temp_tablespaces", "unix_socket_directories",
	"unix_socket_group", "unix_socket_permissions",
}

func parameters(p *validate.Problems, path *field.Path, parameters map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		at, value := path.Key(name), parameters[name]
		switch {
		case !parameterForm.Matches(name):
			p.Add(at, "is not the name of a parameter", "write it in lower case, as in max_connections or pgaudit.log")
		case slices.Contains(refused, name):
			p.Add(at, "is set by CloudNativePG itself", "remove it")
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
			p.Add(at, fmt.Sprintf("is %s, which has control characters", validate.Quote(value)), "write the value on one line")
		case name == "password_encryption" && value != "scram-sha-256":
			p.Add(at, fmt.Sprintf("is %s", validate.Quote(value)), "remove it; passwords are stored by SCRAM alone")
		case name == "ssl_min_protocol_version" && value != "TLSv1.2" && value != "TLSv1.3":
			p.Add(at, fmt.Sprintf("is %s", validate.Quote(value)), "write TLSv1.3, or TLSv1.2 for old clients")
		case name == "max_connections":
			if _, ok := MaxConnections(parameters); !ok {
				p.Add(at, fmt.Sprintf("is %s", validate.Quote(value)), "write a number from 10 to 10000")
			}
		}
	}
}

// MaxConnections is the parameter of that name; false when it is not a number
// that PostgreSQL could work with.
func MaxConnections(parameters map[string]string) (int, bool) {
	n, err := strconv.Atoi(parameters["max_connections"])
	return n, err == nil && n >= 10 && n <= 10000
}

var retentionForm = validate.NewForm(`[1-9][0-9]*[dwm]`, 5)

func backup(p *validate.Problems, path *field.Path, b v1alpha1.Backup, store v1alpha1.ObjectStoreSpec) {
	same := objectstore.SameEndpoint(b.Endpoint, store.Endpoint)
	if b.Endpoint != "" && b.Endpoint != store.Endpoint {
		objectstore.ValidateEndpoint(p, path, b.Endpoint, b.Insecure || same && store.Insecure)
	}
	if b.Region != store.Region {
		p.Region(path.Child("region"), b.Region)
	}
	p.Bucket(path.Child("bucket"), b.Bucket)
	if same && b.Bucket == store.Bucket {
		p.Add(path.Child("bucket"), fmt.Sprintf("is %s, the bucket of the NARs too", b.Bucket), "use a bucket of its own, so that losing one does not lose the other")
	}
	p.Cron(path.Child("schedule"), b.Schedule, 6)
	if !retentionForm.Matches(b.Retention) {
		p.Add(path.Child("retention"), fmt.Sprintf("is %s, which is not a retention", validate.Quote(b.Retention)), "write a number with d, w or m for days, weeks or months, as in 30d")
	}
	p.ObjectName(path.Child("credentialsSecret"), b.CredentialsSecret)
	p.OneOf(path.Child("serverSideEncryption"), b.ServerSideEncryption, "AES256", "aws:kms", EncryptionNone)
}

// ValidateNetwork checks a defaulted block.
func ValidateNetwork(p *validate.Problems, path *field.Path, n v1alpha1.PostgresNetwork) {
	hardened.ValidatePeer(p, path.Child("postgresOperator"), *n.PostgresOperator)
	objectstore.ValidatePeer(p, path.Child("backupS3"), *n.BackupS3)

	api := path.Child("kubernetesAPI")
	p.CIDRs(api.Child("cidrs"), n.KubernetesAPI.CIDRs)
	if len(n.KubernetesAPI.CIDRs) == 0 {
		p.Add(api.Child("cidrs"), "is empty, and a primary that cannot reach the Kubernetes API shuts itself down", "write the API server's addresses, or remove the line")
	}
	if len(n.KubernetesAPI.Ports) == 0 {
		p.Add(api.Child("ports"), "is empty", "write the API server's ports, as in [443, 6443], or remove the line")
	}
	for i, port := range n.KubernetesAPI.Ports {
		p.Int32(api.Child("ports").Index(i), &port, 1, 65535)
	}
}
