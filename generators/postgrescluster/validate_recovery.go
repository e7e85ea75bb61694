package postgrescluster

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// recovery checks what is not the backup's own; that has been checked there. The
// path is that of the cluster.
func recovery(p *validate.Problems, cluster *field.Path, s v1alpha1.PostgresClusterSpec, use Use) {
	path := cluster.Child("recovery")
	r, b, store := *s.Recovery, *s.Backup, use.store()
	if r.ServerName == "" {
		p.Add(path.Child("serverName"), "is missing", "write the folder of the bucket to recover from: the name of the cluster that was backed up, or its backup.serverName")
	} else {
		validateServerName(p, path.Child("serverName"), r.ServerName)
	}
	if !*b.Enabled || r.Method != b.Method {
		validateMethod(p, path.Child("method"), r.Method)
	}
	switch {
	case r.Endpoint == "" && use.Store == nil && !*b.Enabled:
		p.Add(path.Child("endpoint"), "is missing", "write the URL of the S3 API, as in https://s3.example.com")
	case r.Endpoint != "" && r.Endpoint != store.Endpoint && (!*b.Enabled || r.Endpoint != b.Endpoint):
		insecure := r.Insecure ||
			b.Insecure && objectstore.SameEndpoint(r.Endpoint, b.Endpoint) ||
			store.Insecure && objectstore.SameEndpoint(r.Endpoint, store.Endpoint)
		objectstore.ValidateEndpoint(p, path, r.Endpoint, insecure)
	}
	if !*b.Enabled || r.Bucket != b.Bucket {
		p.Bucket(path.Child("bucket"), r.Bucket)
	}
	if !*b.Enabled || r.CredentialsSecret != b.CredentialsSecret {
		p.ObjectName(path.Child("credentialsSecret"), r.CredentialsSecret)
	}
	switch {
	case *b.Enabled && r.Region != b.Region:
		p.Add(path.Child("region"), fmt.Sprintf("is %s, and an instance signs what it asks of both stores for the backup's, %s", validate.Quote(r.Region), validate.Quote(b.Region)),
			"copy the old backup to the region of the new one, or write backup.enabled: false until the recovery is done")
	case !*b.Enabled && r.Region != store.Region:
		p.Region(path.Child("region"), r.Region)
	}
	if *b.Enabled && samePlace(r, b) && r.ServerName == b.ServerName {
		p.Add(cluster.Child("backup", "serverName"), fmt.Sprintf("is %s, where the recovery reads from: the new cluster would stop with \"Expected empty archive\"", validate.Quote(b.ServerName)),
			"write a name that was never used in this bucket, as in "+another(use.Names.Name, r.ServerName)+", and keep it when the recovery is done")
	}
	if r.Target != nil {
		validateTarget(p, path.Child("target"), *r.Target)
	}
}

// another is a name for an archive that is not the given one.
func another(name, taken string) string {
	if taken == name+"-2" {
		return name + "-3"
	}
	return name + "-2"
}

var (
	lsnForm      = validate.NewForm(`[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}`, 17)
	backupIDForm = validate.NewForm(`[0-9]{8}T[0-9]{6}`, 15)
	timelineForm = validate.NewForm(`latest|[1-9][0-9]{0,8}`, 9)
)

// longestTarget is how long the name of a restore point may be, in bytes.
const longestTarget = 63

// validateTarget checks what CloudNativePG's webhook checks, and that nothing in
// it is without effect.
func validateTarget(p *validate.Problems, path *field.Path, t v1alpha1.RecoveryTarget) {
	var chosen []string
	for _, target := range []struct {
		name   string
		chosen bool
	}{{"time", t.Time != ""}, {"lsn", t.LSN != ""}, {"name", t.Name != ""}, {"immediate", t.Immediate}} {
		if target.chosen {
			chosen = append(chosen, target.name)
		}
	}
	if len(chosen) > 1 {
		p.Add(path, "has "+strings.Join(chosen, " and ")+", and a recovery stops at one place", "keep one of them")
	}
	if t.Time != "" {
		targetTime(p, path.Child("time"), t.Time)
	}
	if t.LSN != "" && !lsnForm.Matches(t.LSN) {
		p.Add(path.Child("lsn"), fmt.Sprintf("is %s, which is not a position in the log", validate.Quote(t.LSN)), "write two hexadecimal numbers as pg_current_wal_lsn() shows them, as in 0/3000060")
	}
	if len(t.Name) > longestTarget || strings.ContainsFunc(t.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		p.Add(path.Child("name"), fmt.Sprintf("is %s, which cannot name a restore point", validate.Quote(t.Name)), fmt.Sprintf("use at most %d bytes without control characters", longestTarget))
	}
	switch {
	case t.BackupID == "" && (t.Name != "" || t.Immediate):
		p.Add(path.Child("backupID"), "is missing, and CloudNativePG cannot tell from a name or immediate which base backup to begin from", "write the ID of a base backup, as in 20260115T000000 (kubectl get backups.postgresql.cnpg.io -o yaml, status.backupId)")
	case t.BackupID != "" && !backupIDForm.Matches(t.BackupID):
		p.Add(path.Child("backupID"), fmt.Sprintf("is %s, which is not the ID of a base backup", validate.Quote(t.BackupID)), "write it as Barman does, as in 20260115T000000")
	}
	if t.Exclusive && t.Time == "" && t.LSN == "" {
		p.Add(path.Child("exclusive"), "counts only with time or lsn", "remove it, or write one of them")
	}
	if t.Timeline != "" && !timelineForm.Matches(t.Timeline) {
		p.Add(path.Child("timeline"), fmt.Sprintf("is %s", validate.Quote(t.Timeline)), "write latest or a number from 1 on")
	}
}

// targetTime insists on a time zone: CloudNativePG takes a time without one for
// UTC, and whoever writes it may have looked at a clock on the wall.
func targetTime(p *validate.Problems, path *field.Path, value string) {
	// Go takes a comma before the fraction of a second, which RFC 3339 does not know.
	if _, err := time.Parse(time.RFC3339, value); err == nil && !strings.Contains(value, ",") {
		return
	}
	const example = `"2026-01-15T10:30:00Z" or "2026-01-15T11:30:00+01:00"`
	for _, naive := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if _, err := time.Parse(naive, value); err == nil {
			p.Add(path, fmt.Sprintf("is %s, which has no time zone and would be taken for UTC", validate.Quote(value)), "write date, time and zone, as in "+example)
			return
		}
	}
	p.Add(path, fmt.Sprintf("is %s, which is not a time", validate.Quote(value)), "write date, time and zone, as in "+example)
}
