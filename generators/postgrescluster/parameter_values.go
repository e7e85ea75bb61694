package postgrescluster

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// switches are the parameters whose values are known to be booleans, and booleans
// what PostgreSQL and CloudNativePG take for one, false first.
var (
	switches = []string{
		"fsync", "full_page_writes", "hot_standby_feedback", "log_disconnections",
		"sync_replication_slots", "wal_log_hints",
	}
	booleans = []string{
		"0", "of", "off", "n", "no", "f", "false", "fa", "fal", "fals",
		"1", "on", "y", "ye", "yes", "t", "tr", "tru", "true",
	}
)

func isBoolean(value string) bool { return slices.Contains(booleans, strings.ToLower(value)) }

func isOff(value string) bool {
	return isBoolean(value) && slices.Index(booleans, strings.ToLower(value)) < 10
}

// connectionStages are what PostgreSQL 18 can log of a connection, each by its
// name instead of on.
var connectionStages = []string{"receipt", "authentication", "authorization", "setup_durations", "all"}

// mayBeEmpty are parameters that PostgreSQL takes as empty text. Those of
// extensions, whose names have a dot, are the extensions' to judge.
var mayBeEmpty = []string{
	"application_name", "backtrace_functions", "createrole_self_grant", "debug_io_direct",
	"default_tablespace", "dynamic_library_path", "extension_control_path", "krb_server_keyfile",
	"lc_messages", "local_preload_libraries", "log_line_prefix", "oauth_validator_libraries",
	"restrict_nonsystem_relation_kind", "search_path", "session_preload_libraries", "ssl_crl_dir",
	"wal_consistency_checking",
}

// parameterValue refuses values that PostgreSQL does not start with, of the
// parameters that have a default here or protect data, and says which of those
// protections a value gives up.
func parameterValue(p *validate.Problems, at *field.Path, name, value string) {
	bad := func(hint string) { p.Add(at, "is "+validate.Quote(value), hint) }
	switch {
	case value == "" && !strings.Contains(name, ".") && !slices.Contains(mayBeEmpty, name):
		p.Add(at, "is empty, which PostgreSQL does not start with", "remove the line, or write a value")
	case slices.Contains(switches, name) && !isBoolean(value):
		bad("write on or off")
	case name == "log_connections" && !isBoolean(value) && !areConnectionStages(value):
		bad("write on or off")
	case name == "log_statement" && !slices.Contains([]string{"none", "ddl", "mod", "all"}, strings.ToLower(value)):
		bad("write one of ddl, mod, all, none")
	case name == "statement_timeout":
		statementTimeout(p, at, value)
	case name == "log_statement" && strings.EqualFold(value, "none"):
		p.Note(at, "is none: nobody can tell later who changed the schema", "remove the line to log such statements")
	case (name == "log_connections" || name == "log_disconnections") && isOff(value):
		p.Note(at, "is off: nobody can tell later who was connected", "remove the line to log it")
	case (name == "fsync" || name == "full_page_writes") && isOff(value):
		p.Warn(at, "is off: a crash of the node can corrupt the database beyond repair", "remove the line")
	}
}

func areConnectionStages(value string) bool {
	for stage := range strings.SplitSeq(value, ",") {
		if !slices.Contains(connectionStages, strings.ToLower(strings.TrimSpace(stage))) {
			return false
		}
	}
	return true
}

var timeoutForm = validate.NewForm(`[0-9]{1,18} *(us|ms|s|min|h|d)?`, 30)

// statementTimeout checks a time as PostgreSQL writes it, in milliseconds unless
// it says otherwise, which it counts in 32 bits.
func statementTimeout(p *validate.Problems, at *field.Path, value string) {
	number := strings.TrimRight(value, " usminhd")
	unit := map[string]float64{"us": 0.001, "": 1, "ms": 1, "s": 1e3, "min": 60e3, "h": 3600e3, "d": 86400e3}[strings.TrimLeft(value, "0123456789 ")]
	n, err := strconv.ParseFloat(number, 64)
	switch {
	case !timeoutForm.Matches(value) || err != nil || n*unit > math.MaxInt32:
		p.Add(at, fmt.Sprintf("is %s, which PostgreSQL does not take for a time", validate.Quote(value)), "write a whole number with ms, s, min, h or d, of 24 days at most, as in 60s")
	case math.RoundToEven(n*unit) == 0:
		p.Note(at, fmt.Sprintf("is %s: a statement may hold its locks and connection for ever", value), "remove the line, or write a longer time, as in 10min")
	}
}
