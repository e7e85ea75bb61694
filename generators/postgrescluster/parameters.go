package postgrescluster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

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
		case name == "wal_level" && value != "replica" && value != "logical":
			p.Add(at, fmt.Sprintf("is %s, and replicas and backups need more", validate.Quote(value)), "write replica or logical, or remove it")
		case name == "wal_log_hints" && isOff(value):
			p.Add(at, "is off, and a former primary could not follow the new one", "remove it")
		default:
			parameterValue(p, at, name, value)
		}
	}
}

// MaxConnections is the parameter of that name; false when it is not a number
// that PostgreSQL could work with.
func MaxConnections(parameters map[string]string) (int, bool) {
	n, err := strconv.Atoi(parameters["max_connections"])
	return n, err == nil && n >= 10 && n <= 10000
}

// sizes checks those parameters that CloudNativePG compares with each other and
// with what there is, in its webhook.
func sizes(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec) {
	buffers, ok := size(p, path, s.Parameters, "shared_buffers", "0B")
	memory, err := resource.ParseQuantity(string(s.Resources.Requests.Memory))
	if ok && err == nil && buffers.Cmp(memory) > 0 {
		p.Add(path.Key("shared_buffers"), fmt.Sprintf("is %s, more than the memory that an instance requests", s.Parameters["shared_buffers"]),
			fmt.Sprintf("lower it to about a quarter of %s, or raise resources.requests.memory", s.Resources.Requests.Memory))
	}
	// PostgreSQL's own defaults.
	least, ok1 := size(p, path, s.Parameters, "min_wal_size", "80MB")
	most, ok2 := size(p, path, s.Parameters, "max_wal_size", "1GB")
	if ok1 && ok2 && least.Cmp(most) >= 0 {
		name, hint := "min_wal_size", "lower it, or raise max_wal_size"
		if s.Parameters[name] == "" {
			name, hint = "max_wal_size", "raise it, or write a lower min_wal_size too"
		}
		p.Add(path.Key(name), fmt.Sprintf("is %s, and min_wal_size (80MB unless set) must be below max_wal_size (1GB unless set)", s.Parameters[name]), hint)
	}
	if s.WALStorage == nil {
		return
	}
	capacity, err := resource.ParseQuantity(string(s.WALStorage.Size))
	for _, limit := range []struct {
		name  string
		value resource.Quantity
		ok    bool
	}{{"min_wal_size", least, ok1}, {"max_wal_size", most, ok2}} {
		if s.Parameters[limit.name] != "" && limit.ok && err == nil && limit.value.Cmp(capacity) >= 0 {
			p.Add(path.Key(limit.name), fmt.Sprintf("is %s, and the volume for the log has %s", s.Parameters[limit.name], s.WALStorage.Size), "lower it, or raise walStorage.size")
		}
	}
}

var sizeForm = validate.NewForm(`[0-9]+ *(B|kB|MB|GB|TB)`, 20)

// size is a parameter as PostgreSQL writes sizes, in units of 1024. Numbers alone
// are refused: PostgreSQL counts them in blocks and CloudNativePG in megabytes.
func size(p *validate.Problems, path *field.Path, parameters map[string]string, name, fallback string) (resource.Quantity, bool) {
	value := parameters[name]
	if value == "" {
		value = fallback
	}
	if !sizeForm.Matches(value) {
		p.Add(path.Key(name), fmt.Sprintf("is %s, which is not a size", validate.Quote(value)), "write a whole number with kB, MB, GB or TB, as in 256MB")
		return resource.Quantity{}, false
	}
	number := strings.TrimRight(value, " BkMGT")
	suffix := map[string]string{"B": "", "kB": "Ki", "MB": "Mi", "GB": "Gi", "TB": "Ti"}[strings.TrimLeft(value, "0123456789 ")]
	q, err := resource.ParseQuantity(number + suffix)
	return q, err == nil
}
