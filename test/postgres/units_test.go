package postgres_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	cnpg "github.com/cloudnative-pg/cloudnative-pg/pkg/postgres"
)

// units are PostgreSQL's, in bytes and in microseconds.
var units = map[string]int64{
	"B": 1, "kB": 1 << 10, "8kB": 8 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40,
	"us": 1, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86400e6,
}

// normal is a parameter's value as pg_settings shows it: numbers in the unit that
// the parameter is counted in, booleans as on and off.
func normal(kind, unit, value string) (string, error) {
	switch kind {
	case "bool":
		is, err := cnpg.ParsePostgresConfigBoolean(value)
		if err != nil {
			return "", err
		}
		return map[bool]string{true: "on", false: "off"}[is], nil
	case "integer", "real":
		digits := strings.TrimRight(value, " BkMGTusminhd")
		number, ok := new(big.Rat).SetString(digits)
		if !ok {
			return "", fmt.Errorf("%q is not a number", value)
		}
		if given := strings.TrimSpace(value[len(digits):]); given != "" {
			if units[given] == 0 || units[unit] == 0 {
				return "", fmt.Errorf("%q is not in a unit like %q", value, unit)
			}
			number.Mul(number, big.NewRat(units[given], units[unit]))
		}
		return strings.TrimSuffix(strings.TrimRight(number.FloatString(6), "0"), "."), nil
	}
	return value, nil
}

func TestNormal(t *testing.T) {
	for _, c := range []struct{ kind, unit, value, want string }{
		{"integer", "ms", "60s", "60000"},
		{"integer", "ms", "60000", "60000"},
		{"integer", "ms", "1min", "60000"},
		{"integer", "s", "5 min", "300"},
		{"integer", "8kB", "2GB", "262144"},
		{"integer", "MB", "8GB", "8192"},
		{"integer", "MB", "512kB", "0.5"},
		{"integer", "", "100", "100"},
		{"integer", "ms", "0", "0"},
		{"integer", "ms", "-1", "-1"},
		{"real", "ms", "10ms", "10"},
		{"real", "", "0.9", "0.9"},
		{"real", "", "1e2", "100"},
		{"bool", "", "yes", "on"},
		{"bool", "", "0", "off"},
		{"enum", "", "ddl", "ddl"},
		{"string", "", `"$user", public`, `"$user", public`},
	} {
		got, err := normal(c.kind, c.unit, c.value)
		if err != nil || got != c.want {
			t.Errorf("%s %s in %q is %q, %v; want %q", c.kind, c.value, c.unit, got, err, c.want)
		}
	}
	for _, c := range []struct{ kind, unit, value string }{
		{"integer", "ms", "60 sec"}, {"integer", "", "5MB"}, {"integer", "ms", ""}, {"bool", "", "perhaps"},
	} {
		if got, err := normal(c.kind, c.unit, c.value); err == nil {
			t.Errorf("%s %q in %q is %q", c.kind, c.value, c.unit, got)
		}
	}
}
