package validate

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// DNSLabel checks a name of at most 63 lower-case letters, digits and hyphens.
func (p *Problems) DNSLabel(path *field.Path, value string) {
	if len(validation.IsDNS1123Label(value)) > 0 {
		p.Add(path, fmt.Sprintf("is %s, which is not a DNS label", Quote(value)),
			"use up to 63 lower-case letters, digits and hyphens, starting and ending with a letter or digit")
	}
}

// DNSName checks a fully qualified DNS name without a trailing dot.
func (p *Problems) DNSName(path *field.Path, value string) {
	if !isDNSName(value) || !strings.Contains(value, ".") {
		p.Add(path, fmt.Sprintf("is %s, which is not a DNS name", Quote(value)),
			"write a full name in lower case, at most 63 characters between dots and 253 in all, without scheme, port, path, wildcard or final dot, as in nix-cache.example.com")
		return
	}
	if _, err := netip.ParseAddr(value); err == nil {
		p.Add(path, fmt.Sprintf("is the address %s", value), "write a DNS name; certificates are issued for names")
	}
}

// isDNSName knows, beyond Kubernetes' own check, that a label has at most 63
// characters.
func isDNSName(value string) bool {
	return len(validation.IsDNS1123Subdomain(value)) == 0 &&
		!slices.ContainsFunc(strings.Split(value, "."), func(label string) bool { return len(label) > validation.DNS1123LabelMaxLength })
}

// ObjectName checks the name of a Secret or another object that has the form of
// a DNS subdomain.
func (p *Problems) ObjectName(path *field.Path, value string) {
	if len(validation.IsDNS1123Subdomain(value)) > 0 {
		p.Add(path, fmt.Sprintf("is %s, which cannot name a Kubernetes object", Quote(value)),
			"use lower-case letters, digits, hyphens and dots, starting and ending with a letter or digit")
	}
}

var secretKey = NewForm(`[-._a-zA-Z0-9]+`, 253)

// SecretKey checks a key of a Secret's data.
func (p *Problems) SecretKey(path *field.Path, value string) {
	if !secretKey.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which cannot be a key of a Secret", Quote(value)),
			"use letters, digits, hyphens, underscores and dots")
	}
}

// Labels checks label keys and values.
func (p *Problems) Labels(path *field.Path, labels map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if len(validation.IsQualifiedName(key)) > 0 {
			p.Add(path.Key(key), "is not a label key", "use name or prefix/name, with at most 63 letters, digits, -, _ and . in the name")
		}
		if len(validation.IsValidLabelValue(labels[key])) > 0 {
			p.Add(path.Key(key), fmt.Sprintf("is %s, which is not a label value", Quote(labels[key])),
				"use at most 63 letters, digits, -, _ and ., starting and ending with a letter or digit")
		}
	}
}

// Annotations checks annotation keys.
func (p *Problems) Annotations(path *field.Path, annotations map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if len(validation.IsQualifiedName(strings.ToLower(key))) > 0 {
			p.Add(path.Key(key), "is not an annotation key", "use name or prefix/name, with at most 63 letters, digits, -, _ and . in the name")
		}
	}
}

var (
	// quantityForm bounds what is parsed: the parser takes time in proportion to
	// the number itself, and 1e99999999 is short.
	quantityForm = NewForm(`-?[0-9]+(\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9])?`, 20)
	mostQuantity = resource.MustParse("1Ei")
)

// Quantity checks a Kubernetes quantity above zero and returns it.
func (p *Problems) Quantity(path *field.Path, value string) (resource.Quantity, bool) {
	var q resource.Quantity
	err := error(resource.ErrFormatWrong)
	if quantityForm.Matches(value) {
		q, err = resource.ParseQuantity(value)
	}
	if err != nil {
		p.Add(path, fmt.Sprintf("is %s, which is not a quantity", Quote(value)), "write a number with a unit, as in 250m, 1, 512Mi or 10Gi")
		return q, false
	}
	if q.Sign() <= 0 || q.Cmp(mostQuantity) > 0 {
		p.Add(path, fmt.Sprintf("is %s", Quote(value)), "write a quantity above zero and below an exbibyte")
		return q, false
	}
	return q, true
}

// leastBytes is below what memory or a volume can usefully be: whoever writes
// less has taken m (thousandths) for M, or left the unit out.
var leastBytes = resource.MustParse("1Mi")

// Bytes checks an amount of memory or storage and returns it.
func (p *Problems) Bytes(path *field.Path, value string) (resource.Quantity, bool) {
	q, ok := p.Quantity(path, value)
	if ok && q.Cmp(leastBytes) < 0 {
		p.Add(path, fmt.Sprintf("is %s, which is less than a mebibyte", Quote(value)), "write it with Mi or Gi, as in 512Mi (m means thousandths)")
		return q, false
	}
	return q, ok
}

// Int32 checks a range, both ends included, and tells whether the value is in
// it; nil is.
func (p *Problems) Int32(path *field.Path, value *int32, low, high int32) bool {
	if value == nil || *value >= low && *value <= high {
		return true
	}
	p.Add(path, fmt.Sprintf("is %d", *value), fmt.Sprintf("write a number from %d to %d", low, high))
	return false
}

// Int64 checks a range, both ends included; nil passes.
func (p *Problems) Int64(path *field.Path, value *int64, low, high int64) {
	if value != nil && (*value < low || *value > high) {
		p.Add(path, fmt.Sprintf("is %d", *value), fmt.Sprintf("write a number from %d to %d", low, high))
	}
}

// OneOf checks an enumeration.
func (p *Problems) OneOf(path *field.Path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		p.Add(path, fmt.Sprintf("is %s", Quote(value)), "write one of "+strings.Join(allowed, ", "))
	}
}

var (
	percent = NewForm(`(0|[1-9][0-9]*)%`, 4)
	whole   = NewForm(`0|[1-9][0-9]*`, 9)
)

// IntOrPercent checks a number or percentage and returns the number of pods it
// comes to out of total, rounded up as Kubernetes does for budgets.
func (p *Problems) IntOrPercent(path *field.Path, value string, total int32) (int32, bool) {
	if whole.Matches(value) {
		n, _ := strconv.ParseInt(value, 10, 32)
		return int32(n), true
	}
	if percent.Matches(value) {
		n, _ := strconv.ParseInt(strings.TrimSuffix(value, "%"), 10, 32)
		if n <= 100 {
			return int32((n*int64(total) + 99) / 100), true
		}
	}
	p.Add(path, fmt.Sprintf("is %s", Quote(value)), "write a whole number, as in 1, or a percentage up to 100%, as in 50%")
	return 0, false
}

// CIDR checks an address range whose host bits are zero.
func (p *Problems) CIDR(path *field.Path, value string) {
	prefix, err := netip.ParsePrefix(value)
	switch {
	case err != nil || prefix.Addr().Is4In6():
		p.Add(path, fmt.Sprintf("is %s, which is not an address range", Quote(value)), "write it in CIDR notation, as in 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32")
	case prefix.Masked() != prefix:
		p.Add(path, fmt.Sprintf("is %s, which has bits set beyond its prefix", Quote(value)), "write "+prefix.Masked().String())
	}
}

// CIDRs checks every range of a list and that none stands twice.
func (p *Problems) CIDRs(path *field.Path, values []string) {
	for i, value := range values {
		p.CIDR(path.Index(i), value)
	}
	p.Unique(path, values)
}

// Unique checks that no value of a list stands twice.
func (p *Problems) Unique(path *field.Path, values []string) {
	seen := map[string]int{}
	for i, value := range values {
		if first, ok := seen[value]; ok {
			p.Add(path.Index(i), fmt.Sprintf("repeats %s of item %d", Quote(value), first), "remove one of them")
			continue
		}
		seen[value] = i
	}
}

// Cron checks a cron expression of five fields, or of six with seconds first.
func (p *Problems) Cron(path *field.Path, value string, fields int) {
	example, options := "0 */12 * * *", cron.Minute|cron.Hour|cron.Dom|cron.Month|cron.Dow
	words := map[int]string{5: "five", 6: "six"}[fields]
	if fields == 6 {
		example, options = "0 0 0 * * *", options|cron.Second
	}
	if got := len(strings.Fields(value)); got != fields {
		hint := fmt.Sprintf("write %s fields, as in %q", words, example)
		if got == 5 {
			hint += " (seconds come first; with five, CloudNativePG would take the minutes for seconds)"
		}
		p.Add(path, fmt.Sprintf("is %s, which does not have %s fields", Quote(value), words), hint)
		return
	}
	schedule, err := cron.NewParser(options).Parse(value)
	if err != nil || strings.ContainsAny(value, "=\n\r") {
		reason := ""
		if err != nil {
			reason = " (" + err.Error() + ")"
		}
		p.Add(path, fmt.Sprintf("is %s, which is not a cron expression%s", Quote(value), reason), fmt.Sprintf("write %s fields of numbers, *, ranges and steps, as in %q", words, example))
		return
	}
	// The parser looks ahead for five years, among which is a leap year.
	if schedule.Next(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		p.Add(path, fmt.Sprintf("is %s, which never comes", Quote(value)), fmt.Sprintf("write days that its months have, as in %q", example))
	}
}

// Endpoint checks the URL of an S3 API and returns it.
func (p *Problems) Endpoint(path *field.Path, value string) (*url.URL, bool) {
	u, err := url.Parse(value)
	bad := func(message string) (*url.URL, bool) {
		p.Add(path, message, "write scheme and host, and a port if it is not standard, as in https://s3.example.com")
		return nil, false
	}
	switch {
	case err != nil:
		return bad(fmt.Sprintf("is %s, which is not a URL", Quote(value)))
	case u.Scheme != "https" && u.Scheme != "http":
		return bad(fmt.Sprintf("is %s, which is not an https URL", Quote(value)))
	case u.User != nil:
		return bad("holds credentials, which belong in a Secret")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery || strings.HasSuffix(value, "#"):
		return bad(fmt.Sprintf("is %s, which has more than scheme, host and port", Quote(value)))
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	switch {
	case err == nil && (addr.Zone() != "" || addr.Is4In6()):
		return bad(fmt.Sprintf("is %s, whose address is not an ordinary one", Quote(value)))
	case err != nil && (!isDNSName(host) || digitsOnly.Matches(host[strings.LastIndex(host, ".")+1:])):
		return bad(fmt.Sprintf("is %s, whose host is not a DNS name", Quote(value)))
	case host == "svc" || strings.HasSuffix(host, ".svc") && strings.Count(host, ".") < 2:
		return bad(fmt.Sprintf("is %s, a Service without its namespace", Quote(value)))
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return bad(fmt.Sprintf("is %s, whose port is not one of 1 to 65535", Quote(value)))
		}
	}
	if strings.HasSuffix(u.Host, ":") {
		return bad(fmt.Sprintf("is %s, whose port is empty", Quote(value)))
	}
	return u, true
}

var bucketName = NewForm(`[a-z0-9][a-z0-9.-]+[a-z0-9]`, 63)

// What Amazon refuses in a bucket's name or keeps for itself.
var (
	bucketParts    = []string{"..", ".-", "-."}
	bucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	bucketSuffixes = []string{"-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap"}
)

// Bucket checks a bucket's name by Amazon's rules for general purpose buckets,
// which S3-compatible stores share.
func (p *Problems) Bucket(path *field.Path, value string) {
	_, err := netip.ParseAddr(value)
	if !bucketName.Matches(value) || err == nil || slices.ContainsFunc(bucketParts, func(part string) bool {
		return strings.Contains(value, part)
	}) || slices.ContainsFunc(bucketPrefixes, func(prefix string) bool {
		return strings.HasPrefix(value, prefix)
	}) || slices.ContainsFunc(bucketSuffixes, func(suffix string) bool {
		return strings.HasSuffix(value, suffix)
	}) {
		p.Add(path, fmt.Sprintf("is %s, which is not a bucket name", Quote(value)),
			"use 3 to 63 lower-case letters, digits, hyphens and single dots, starting and ending with a letter or digit, not an address")
	}
}

var region = NewForm(`[a-zA-Z0-9][a-zA-Z0-9-]*`, 63)

// Region checks the name of an S3 region.
func (p *Problems) Region(path *field.Path, value string) {
	if !region.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which is not a region", Quote(value)), "use letters, digits and hyphens, as in us-east-1")
	}
}

var (
	movingTag    = NewForm(`(.*[-._+])?(latest|rolling|nightly|edge|stable|main|master|dev)([-._+].*)?`, 128)
	commitTag    = NewForm(`[0-9a-f]{7}[0-9a-f]*`, 64)
	digitsOnly   = NewForm(`[0-9]+`, 255)
	exactVersion = NewForm(`v?[0-9]+\.[0-9]+\.[0-9]+([-+._][0-9A-Za-z.+_-]+)?`, 128)
	minorVersion = NewForm(`v?[0-9]+\.[0-9]+([-+._][0-9A-Za-z.+_-]+)?`, 128)
)

// Image checks that an image is pinned: by digest, by a tag that is a commit
// hash, or by an exact version of at least components numbers (PostgreSQL's
// own versions have two, others' three).
func (p *Problems) Image(path *field.Path, value string, components int) {
	version := "1.2.3"
	if components == 2 {
		version = "18.6"
	}
	hint := "pin it by digest (name@sha256:… with 64 hexadecimal digits), commit hash (name:12cbeca1…) or exact version (name:" + version + ")"
	ref, err := reference.ParseNormalizedNamed(value)
	if err != nil {
		p.Add(path, fmt.Sprintf("is %s, which is not an image", Quote(value)), "write a name in lower case without scheme, and "+hint)
		return
	}
	if _, ok := ref.(reference.Digested); ok {
		return
	}
	tagged, ok := ref.(reference.Tagged)
	if !ok {
		p.Add(path, fmt.Sprintf("is %s, without tag or digest", Quote(value)), hint)
		return
	}
	tag := tagged.Tag()
	if !movingTag.Matches(tag) && (commitTag.Matches(tag) && !digitsOnly.Matches(tag) || exactVersion.Matches(tag) ||
		components == 2 && minorVersion.Matches(tag)) {
		return
	}
	p.Add(path, fmt.Sprintf("has the tag %s, which can move to another image", Quote(tag)), hint)
}
