package validate

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// accepts runs one check and tells whether it found nothing.
func accepts(check func(*Problems, *field.Path)) bool {
	var p Problems
	check(&p, field.NewPath("spec"))
	return len(p.List()) == 0
}

func TestValues(t *testing.T) {
	tests := map[string]struct {
		check     func(*Problems, *field.Path, string)
		good, bad []string
	}{
		"DNS name": {
			(*Problems).DNSName,
			[]string{"nix-cache.example.com", "a.b", "xn--mnchen-3ya.example"},
			[]string{"", "localhost", "Nix.example.com", "https://a.b", "a.b/", "a.b:443", "a..b", "-a.b", "a_b.c", "192.0.2.1", "*.example.com", "a.b\n", "a.b.", strings.Repeat("a", 64) + ".b"},
		},
		"endpoint": {
			func(p *Problems, path *field.Path, v string) { p.Endpoint(path, v) },
			[]string{"https://s3.example.com", "http://minio.minio.svc:9000", "https://[2001:db8::1]:9000", "https://192.0.2.1", "https://s3.example.com/"},
			[]string{"", "s3.example.com", "ftp://s3.example.com", "https://", "https://user:pass@s3.example.com", "https://s3.example.com/path", "https://s3.example.com?x", "https://s3.example.com#x", "https://s3.example.com:0", "https://s3.example.com:99999", "https://s3.example.com:", "https://s3 example.com", "https://s3.example.com\"", "https://s3.example.com\n"},
		},
		"bucket": {
			(*Problems).Bucket,
			[]string{"nix-cache", "abc", "a.b.c", "123-abc"},
			[]string{"ab", "Nix", "nix_cache", "-nix", "nix-", "a..b", "192.0.2.1", "xn--abc", "abc-s3alias", "a/b", "$(reboot)", "{{x}}", "a`b", strings.Repeat("a", 64)},
		},
		"image with three numbers": {
			func(p *Problems, path *field.Path, v string) { p.Image(path, v, 3) },
			[]string{"heywoodlh/attic:12cbeca141f46e1ade76728bce8adc447f2166c6", "attic:1.2.3", "attic:v1.2.3-rc.1", "r.example.com:5000/attic:12cbeca", "attic@sha256:" + strings.Repeat("a", 64), "attic:latest@sha256:" + strings.Repeat("a", 64)},
			[]string{"", "attic", "attic:latest", "attic:main", "attic:1", "attic:1.2", "attic:v1", "attic:20260101", "attic@sha256:abc", "Attic:1.2.3", "attic:1.2.3 ", "attic:deadbee\n", "attic:feature-12cbeca"},
		},
		"image with two numbers": {
			func(p *Problems, path *field.Path, v string) { p.Image(path, v, 2) },
			[]string{"ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie", "postgres:17.2"},
			[]string{"postgres:18", "postgres:18-trixie", "postgres"},
		},
		"address range": {
			(*Problems).CIDR,
			[]string{"10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "0.0.0.0/0", "::/0"},
			[]string{"", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "2001:db8::1/32", "10.0.0.0/08", "example.com/8"},
		},
		"region": {
			(*Problems).Region,
			[]string{"us-east-1", "NYC1", "auto"},
			[]string{"", "us east", "us-east-1\"", "-us", strings.Repeat("a", 64)},
		},
		"cron with six fields": {
			func(p *Problems, path *field.Path, v string) { p.Cron(path, v, 6) },
			[]string{"0 0 0 * * *", "0 30 2 * * SUN", "*/30 * * * * *", "0 0 0 29 2 *"},
			[]string{"", "0 0 * * *", "0 0 0 * * * *", "60 0 0 * * *", "@daily", "0 0 0 * * x", "CRON_TZ=UTC 0 0 * * *", "0 0 0 31 2 *", "0 0 0 31 4,6 *"},
		},
		"cron with five fields": {
			func(p *Problems, path *field.Path, v string) { p.Cron(path, v, 5) },
			[]string{"0 */12 * * *", "0 3 * * 1-5"},
			[]string{"", "0 0 0 * * *", "0 24 * * *", "@hourly", "TZ=UTC 0 0 * *"},
		},
		"quantity": {
			func(p *Problems, path *field.Path, v string) { p.Quantity(path, v) },
			[]string{"1", "250m", "512Mi", "1e3", "0.5"},
			[]string{"", "0", "-1", "512MB", "1 Gi", "lots", "1Gi\n"},
		},
		"duration": {
			func(p *Problems, path *field.Path, v string) { p.Duration(path, v, 0, 1000*day) },
			[]string{"12h", "90d", "3 months", "1h 30m", "0s", "2w", "1 year"},
			[]string{"", "12", "h", "12 parsecs", "-1h", "1.5h", "12h ", " 12h", "99999y", "9999999999s", "12h\n"},
		},
		"label value": {
			func(p *Problems, path *field.Path, v string) { p.Labels(path, map[string]string{"team": v}) },
			[]string{"", "platform", "a.b_c-d"},
			[]string{"a b", "-a", strings.Repeat("a", 64), "a\n"},
		},
	}
	for name, tt := range tests {
		for _, v := range tt.good {
			if !accepts(func(p *Problems, path *field.Path) { tt.check(p, path, v) }) {
				t.Errorf("%s: %q is refused", name, v)
			}
		}
		for _, v := range tt.bad {
			if accepts(func(p *Problems, path *field.Path) { tt.check(p, path, v) }) {
				t.Errorf("%s: %q is accepted", name, v)
			}
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"12h":      12 * time.Hour,
		"1h 30m":   90 * time.Minute,
		"3 months": 3 * 2630016 * time.Second, // as the humantime crate has it
		"1y":       31557600 * time.Second,
		"2 weeks":  14 * 24 * time.Hour,
		"1M":       2630016 * time.Second,
		"1m":       time.Minute,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
}

func TestHumane(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 45 * time.Second: "45s", 90 * time.Minute: "90m", 12 * time.Hour: "12h", 720 * time.Hour: "30d",
	} {
		if got := Humane(d); got != want {
			t.Errorf("%v is %s", d, got)
		}
	}
}

func TestIntOrPercent(t *testing.T) {
	for value, want := range map[string]int32{"0": 0, "1": 1, "50%": 1, "51%": 2, "100%": 2, "0%": 0} {
		var p Problems
		if got, ok := p.IntOrPercent(field.NewPath("x"), value, 2); !ok || got != want {
			t.Errorf("%s of 2 is %d, %v", value, got, p.List())
		}
	}
	for _, value := range []string{"", "-1", "1.5", "101%", "50 %", "%", "01"} {
		var p Problems
		if _, ok := p.IntOrPercent(field.NewPath("x"), value, 2); ok {
			t.Errorf("%q is accepted", value)
		}
	}
}

func TestQuoteIsSafeToPrint(t *testing.T) {
	got := Quote("\x1b[31m\n\u202e" + strings.Repeat("x", 100))
	if strings.ContainsAny(got, "\x1b\n") || strings.Contains(got, "\u202e") || len(got) > 120 {
		t.Error(got)
	}
}

// FuzzImage holds the check of images to its promise: what it accepts names one
// image for good.
func FuzzImage(f *testing.F) {
	for _, seed := range []string{"attic:1.2.3", "attic:latest", "attic@sha256:" + strings.Repeat("a", 64), ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !accepts(func(p *Problems, path *field.Path) { p.Image(path, value, 3) }) {
			return
		}
		if strings.HasSuffix(value, ":latest") || strings.ContainsAny(value, " \n\"`$") || !strings.ContainsAny(value, ":@") {
			t.Errorf("%q is accepted", value)
		}
	})
}

// What a name is called is refused on account of it; what it sounds like is looked
// at.
func TestNamesOfSecrets(t *testing.T) {
	for name, want := range map[string]struct{ called, sounds bool }{
		"PGPASSWORD":                             {true, true},
		"DB_PASS":                                {true, false},
		"smtp.passwd":                            {true, true},
		"AWS_SECRET_ACCESS_KEY":                  {true, true},
		"AWS_ACCESS_KEY_ID":                      {false, true},
		"MINIO_ACCESS_KEY":                       {false, true},
		"TLS-PRIVATE-KEY":                        {true, true},
		"tokenFile":                              {false, false},
		"TOKEN_COUNT":                            {false, true},
		"adminSecretName":                        {false, false},
		"ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64": {false, false},
		"LOG_LEVEL":                              {false, false},
	} {
		if CalledSecret(name) != want.called || SoundsSecret(name) != want.sounds {
			t.Errorf("%s: called so %v, sounds so %v; want %+v", name, CalledSecret(name), SoundsSecret(name), want)
		}
	}
}
