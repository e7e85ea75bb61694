package report

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

func noon() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }

func days(n int) time.Time { return noon().AddDate(0, 0, n) }

func issuedEntry(name, id string, from, to int) *issued.Entry {
	return &issued.Entry{
		Name: name, Subject: name, ID: id, Type: "read-write", KeyID: "key-0123456789", Sha256: "0123456789abcdef",
		IssuedAt: days(from), ExpiresAt: days(to), RotateAfter: days(to - 14), Secret: "attic-ci-tokens",
	}
}

func run() Rotation {
	planned := tokenset.PlannedToken{Type: "read-write", Secret: "attic-ci-tokens"}
	root := tokenset.PlannedToken{Type: "admin", Secret: "attic-root-tokens"}
	service := tokenset.PlannedToken{Type: "service", Secret: "attic-ci-tokens"}
	handing := map[string]Handing{
		"b": {File: "new/b.json", Into: "the store, as property b of teams/attic-ci-tokens"},
		"d": {File: "new/d.json", Into: "Secret attic-ci-tokens, as d"},
		"e": {From: "new/e.json"}, "root": {Command: "atticgen token rotate --overlay overlays/production root"},
	}
	return Rotation{Set: "production: nix-cache/attic", Now: noon(), Handing: handing, Actions: []rotation.Action{
		{Kind: rotation.Issue, Reason: rotation.Missing, Name: "a", Planned: planned, New: issuedEntry("a", "1", 0, 90)},
		{Kind: rotation.Issue, Reason: rotation.Expired, Name: "b", Planned: planned, Old: issuedEntry("b", "2", -95, -5), Since: days(-5), New: issuedEntry("b", "3", 0, 90)},
		{Kind: rotation.Rotate, Reason: rotation.Due, Name: "c", Planned: planned, Old: issuedEntry("c", "4", -76, 14), DueAt: noon(), Since: noon(), New: issuedEntry("c", "5", 0, 90)},
		{Kind: rotation.Expiring, Name: "c", Planned: planned, Old: issuedEntry("c", "6", -88, 2)},
		{Kind: rotation.Rotate, Reason: rotation.Outdated, Name: "d", Planned: service, Old: issuedEntry("d", "7", -1, 89), DueAt: days(75), New: issuedEntry("d", "8", 0, 365)},
		{Kind: rotation.Rotate, Reason: rotation.Key, Name: "e", Planned: root, Old: issuedEntry("e", "9", -1, 89), DueAt: days(75), New: issuedEntry("e", "10", 0, 365)},
		{Kind: rotation.Issue, Reason: rotation.Revoked, Name: "f", Planned: planned, Old: issuedEntry("f", "11", -1, 89), Since: noon().Add(-3 * time.Hour), New: issuedEntry("f", "12", 0, 90)},
		{Kind: rotation.Nothing, Name: "g", Planned: planned, Old: issuedEntry("g", "13", 0, 90), DueAt: days(76)},
		{Kind: rotation.Orphan, Name: "h", Old: issuedEntry("h", "14", -1, 89)},
		{Kind: rotation.ByHand, Reason: rotation.Due, Name: "root", Planned: root, Old: issuedEntry("root", "15", -151, 29), DueAt: days(-1), Since: days(-1)},
	}}
}

// quiet is a run that had nothing to do.
func quiet() Rotation {
	return Rotation{Set: "staging: nix-cache/attic", Now: noon(), Actions: []rotation.Action{
		{Kind: rotation.Nothing, Name: "a", DueAt: days(76)}, {Kind: rotation.Nothing, Name: "b", DueAt: days(3).Add(time.Hour)},
	}}
}

// oddRun has what is in files that people edit.
func oddRun() Rotation {
	e := issuedEntry("x|<b>\x1b[2J", "`1`", -1, 89)
	return Rotation{Set: "a|b\x1b[2J", Now: noon(), DryRun: true, Actions: []rotation.Action{
		{Kind: rotation.Orphan, Name: e.Name, Old: e}, {Kind: rotation.Rotate, Reason: rotation.Asked, Name: "y", Planned: tokenset.PlannedToken{Type: "service", Secret: "s"}, Old: e},
	}}
}

// tokens are a list with all states.
func tokens(t *testing.T) TokenList {
	t.Helper()
	planned := func(kind string) tokenset.PlannedToken {
		return tokenset.PlannedToken{Type: kind, Secret: "attic-ci-tokens", ValiditySeconds: 90 * 86400, RotateBeforeSeconds: 14 * 86400, Rotation: tokenset.Scheduled}
	}
	plan := tokenset.Plan{Tokens: map[string]tokenset.PlannedToken{
		"a": planned("read-write"), "b": planned("read-write"), "c": planned("read-only"), "d": planned("read-write"), "e": planned("read-write"), "f": planned("read-write"),
	}}
	superseded := issuedEntry("a", "1", -80, 10)
	superseded.SupersededAt = days(-4)
	record := issued.Of(*superseded, *issuedEntry("a", "2", -4, 86), *issuedEntry("b", "3", -78, 12), *issuedEntry("c", "4", -1, 89),
		*issuedEntry("d", "5", -91, -1), *issuedEntry("e", "6", -1, 89), *issuedEntry("z", "7", -1, 89))
	revoked, err := revocation.List{}.Add(revocation.Entry{ID: "6", Subject: "e", Reason: "leaked | lost", RevokedAt: noon().Add(-2 * time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	return TokenList{Set: "production: nix-cache/attic", Now: noon(), Tokens: rotation.Statuses(plan, record, revoked, noon(), rotation.Options{})}
}

func TestWriteRotationAndTokens(t *testing.T) {
	cases := map[string]func(io.Writer, Format) error{
		"rotation": func(w io.Writer, f Format) error { return WriteRotation(w, f, []Rotation{run(), quiet()}) },
		"rotation-nothing": func(w io.Writer, f Format) error {
			return WriteRotation(w, f, []Rotation{quiet(), {Set: "empty", Now: noon()}})
		},
		"rotation-none": func(w io.Writer, f Format) error { return WriteRotation(w, f, nil) },
		"rotation-odd":  func(w io.Writer, f Format) error { return WriteRotation(w, f, []Rotation{oddRun()}) },
		"tokens": func(w io.Writer, f Format) error {
			return WriteTokens(w, f, []TokenList{tokens(t), {Set: "empty", Now: noon()}})
		},
		"tokens-none": func(w io.Writer, f Format) error { return WriteTokens(w, f, nil) },
	}
	for name, write := range cases {
		for _, format := range []Format{Text, Markdown, JSON} {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				var out strings.Builder
				if err := write(&out, format); err != nil {
					t.Fatal(err)
				}
				if format == JSON && !json.Valid([]byte(out.String())) {
					t.Error("it is no JSON")
				}
				if strings.ContainsAny(out.String(), "\x1b\r") {
					t.Errorf("it has control characters: %q", out.String())
				}
				file := filepath.Join("testdata", name+"."+ends[format])
				if *update {
					if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), out.String()); diff != "" {
					t.Errorf("%s is not what is written; look at the difference, and run this with -update:\n%s", file, diff)
				}
			})
		}
	}
}

func TestWriteRotationAndTokensToAFullDisk(t *testing.T) {
	cause := errors.New("no space left on device")
	for _, format := range []Format{Text, Markdown, JSON} {
		if err := WriteRotation(full{cause}, format, []Rotation{run()}); !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", format, err)
		}
		if err := WriteTokens(full{cause}, format, []TokenList{tokens(t)}); !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", format, err)
		}
	}
}

func TestRelative(t *testing.T) {
	for distance, want := range map[time.Duration]string{
		0: "now", 59 * time.Second: "now", time.Minute: "in 1min", time.Hour: "in 1h", 24*time.Hour - 1: "in 23h", 24 * time.Hour: "in 1d",
		96*time.Hour - 1: "in 3d", -time.Second: "less than 1min ago", -90 * time.Minute: "1h ago", -14 * 24 * time.Hour: "14d ago",
	} {
		if got := relative(noon(), noon().Add(distance)); got != want {
			t.Errorf("%s is %q, want %q", distance, got, want)
		}
	}
}
