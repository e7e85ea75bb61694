package verify

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// Names of the file with exceptions.
const (
	waiversVersion = "atticgen.dev/v1alpha1"
	waiversKind    = "Waivers"
)

// waiversFile is the file with exceptions, as people write it.
type waiversFile struct {
	APIVersion string      `json:"apiVersion"`
	Kind       string      `json:"kind"`
	Spec       waiversSpec `json:"spec"`
}

type waiversSpec struct {
	Waivers []waiver `json:"waivers"`
}

// waiver is one exception: for a time, findings of a rule do not count.
type waiver struct {
	Rule        string `json:"rule"`
	Environment string `json:"environment"`
	Object      string `json:"object"`
	Field       string `json:"field"`
	Reason      string `json:"reason"`
	Expires     string `json:"expires"`

	at, dated load.Position // of the waiver, and of its last day
	expires   time.Time
	// expired is set where the last day has passed, and soon where it is near.
	expired, soon bool
	used          bool
}

// dateForm is how dates are written.
const dateForm = "2006-01-02"

// warnedBefore is how long before it expires a waiver is reported: long enough
// for somebody to decide again.
const warnedBefore = 14 // days

// longestWaiver is how far ahead a waiver may expire: somebody looks at it again
// each year.
const longestWaiver = 400 // days

type waivers []*waiver

// readWaivers reads the file with exceptions, strictly, and reports everything
// that is wrong with it.
func readWaivers(name string, today time.Time, environments []string) (waivers, error) {
	if name == "" {
		return nil, nil
	}
	shown := filepath.ToSlash(name)
	data, err := readFile(name)
	if err != nil {
		d := diag.New(shown, "cannot be read: %s", reason(err))
		d.Hint = "name a file with --waivers"
		return nil, diag.List{d}
	}
	documents, diags := load.Parse(shown, data)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	if len(documents) != 1 {
		d := diag.New(shown, "has %d documents", len(documents))
		d.Hint = "write one, of kind " + waiversKind
		return nil, diag.List{d}
	}
	var file waiversFile
	positions, diags := load.Decode(documents[0], &file)
	c := waiverCheck{positions: positions, diags: diags, environments: environments, today: day(today)}
	c.file(file)
	if err := c.diags.Err(); err != nil {
		return nil, err
	}
	all := make(waivers, len(file.Spec.Waivers))
	for i := range file.Spec.Waivers {
		all[i] = &file.Spec.Waivers[i]
	}
	return all, nil
}

func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, load.MaxBytes+1))
}

// WaiversIn is the file with exceptions that a repository has, if it has one.
func WaiversIn(root string) string {
	name := filepath.Join(root, "waivers.yaml")
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return name
}

// day is the beginning of a day in UTC, by which waivers go everywhere.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// waiverCheck collects what is wrong with waivers.
type waiverCheck struct {
	positions    load.Positions
	diags        diag.List
	environments []string
	today        time.Time
}

func (c *waiverCheck) report(path, message, hint string) {
	// What could not be decoded has been reported, and reads as if it were absent.
	place, _ := c.positions.Find(path)
	if slices.ContainsFunc(c.diags, func(d diag.Diagnostic) bool { return d.Path == path && d.Line == place.Line }) {
		return
	}
	c.diags = append(c.diags, diag.Diagnostic{
		File: place.File, Line: place.Line, Column: place.Column, Path: path, Severity: diag.Error, Message: message, Hint: hint,
	})
}

func (c *waiverCheck) file(file waiversFile) {
	c.constant("apiVersion", file.APIVersion, waiversVersion)
	c.constant("kind", file.Kind, waiversKind)
	first := map[waiver]int{}
	for i := range file.Spec.Waivers {
		path := "spec.waivers[" + strconv.Itoa(i) + "]"
		w := &file.Spec.Waivers[i]
		same := waiver{Rule: w.Rule, Environment: w.Environment, Object: report.Lasting(w.Object), Field: w.Field}
		if other, taken := first[same]; taken {
			c.report(path, "is about the same as spec.waivers["+strconv.Itoa(other)+"]", "keep one of the two")
		} else {
			first[same] = i
		}
		c.waiver(path, w)
	}
}

func (c *waiverCheck) constant(path, got, want string) {
	switch got {
	case want:
	case "":
		c.report(path, "is missing", "write "+path+": "+want)
	default:
		c.report(path, "is "+diag.Quote(got), "write "+want)
	}
}

func (c *waiverCheck) waiver(path string, w *waiver) {
	w.at, _ = c.positions.Find(path)
	w.dated, _ = c.positions.Find(path + ".expires")
	c.rule(path+".rule", w.Rule)
	if w.Environment != "" && !slices.Contains(c.environments, w.Environment) {
		c.report(path+".environment", "is "+diag.Quote(w.Environment)+", which is no environment", suggestion(w.Environment, c.environments))
	}
	if w.Object == "" && w.Field != "" {
		c.report(path+".object", "is missing, and field is of an object", "write it as findings show it, as in Deployment nix-cache/attic")
	}
	if kind, name, ok := strings.Cut(w.Object, " "); w.Object != "" && (!ok || kind == "" || name == "" || strings.Contains(name, " ")) {
		c.report(path+".object", "is "+diag.Quote(w.Object), "write kind, namespace and name as findings show them, as in Deployment nix-cache/attic")
	}
	if strings.TrimSpace(w.Reason) == "" {
		c.report(path+".reason", "is missing", "say why this is acceptable, for whoever reviews it")
	}
	c.expiry(path+".expires", w)
}

func (c *waiverCheck) rule(path, id string) {
	var known []string
	for _, r := range Rules() {
		known = append(known, r.ID)
	}
	switch {
	case id == "":
		c.report(path, "is missing", "write the ID of the rule, as findings show it")
	case !slices.Contains(known, id):
		c.report(path, "is "+diag.Quote(id)+", which is no rule", suggestion(id, known))
	case slices.Contains(unwaivable(), id):
		c.report(path, "is "+id+", which cannot be waived", "mend what is found")
	}
}

func (c *waiverCheck) expiry(path string, w *waiver) {
	const hint = `write the last day on which it holds, in quotes, as in "2027-01-31"`
	if w.Expires == "" {
		c.report(path, "is missing", hint)
		return
	}
	expires, err := time.Parse(dateForm, w.Expires)
	if err != nil {
		c.report(path, "is "+diag.Quote(w.Expires)+", which is no date", hint)
		return
	}
	if latest := c.today.AddDate(0, 0, longestWaiver); expires.After(latest) {
		c.report(path, "is more than "+strconv.Itoa(longestWaiver)+" days ahead", "write "+strconv.Quote(latest.Format(dateForm))+" or earlier; waivers are looked at again each year")
	}
	w.expires, w.expired = expires, expires.Before(c.today)
	w.soon = !w.expired && expires.Before(c.today.AddDate(0, 0, warnedBefore))
}
