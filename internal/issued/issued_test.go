package issued_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/issued"
)

const day = 24 * time.Hour

func start() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }

// entry is a token that was issued some days after the start.
func entry(name, id string, days int) issued.Entry {
	at := start().Add(time.Duration(days) * day)
	return issued.Entry{
		Name: name, Subject: name, ID: id, Type: "read-write", Access: "00112233445566aa", KeyID: "key-1", Sha256: "0123456789abcdef",
		IssuedAt: at, ExpiresAt: at.Add(90 * day), RotateAfter: at.Add(76 * day), Secret: "attic-ci-tokens",
	}
}

func scope() meta.Scope {
	return meta.Scope{Namespace: "nix-cache", PartOf: "attic", Labels: map[string]string{"team": "builds"}}
}

func file(t *testing.T, r issued.Record) string {
	t.Helper()
	data, err := r.ConfigMap(scope())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const written = `# The record of issued tokens, kept by atticgen token issue and atticgen token rotate. It holds nothing secret.
apiVersion: v1
data:
  issued.json: |
    {
      "tokens": [
        {
          "name": "a",
          "subject": "a",
          "id": "2",
          "type": "read-write",
          "access": "00112233445566aa",
          "keyID": "key-1",
          "sha256": "0123456789abcdef",
          "issuedAt": "2027-01-31T12:00:00Z",
          "expiresAt": "2027-05-01T12:00:00Z",
          "rotateAfter": "2027-04-17T12:00:00Z",
          "secret": "attic-ci-tokens",
          "supersededAt": "2027-02-01T12:00:00Z"
        }
      ]
    }
kind: ConfigMap
metadata:
  annotations:
    argocd.argoproj.io/sync-wave: "2"
  labels:
    app.kubernetes.io/component: tokens
    app.kubernetes.io/instance: attic-issued-tokens
    app.kubernetes.io/managed-by: atticgen
    app.kubernetes.io/name: attic-tokens
    app.kubernetes.io/part-of: attic
    team: builds
  name: attic-issued-tokens
  namespace: nix-cache
`

func TestConfigMap(t *testing.T) {
	one := issued.Of(entry("a", "2", 0)).Supersede("a", start().Add(day))
	if diff := cmp.Diff(written, file(t, one)); diff != "" {
		t.Error(diff)
	}
	if text := file(t, issued.Record{}); !strings.Contains(text, `"tokens": []`) {
		t.Errorf("an empty record is\n%s", text)
	}
}

func TestRecordIsReadAsItIsWritten(t *testing.T) {
	entries := []issued.Entry{entry("b", "1", 0), entry("a", "2", 5), entry("a", "3", 0), entry("a", "4", 5)}
	entries[0].Access, entries[0].Subject = "", "somebody else, 2.5 €"
	r := issued.Of(entries...).Supersede("a", start().Add(6*day))
	again, diags := issued.ReadConfigMap("record.yaml", []byte(file(t, r)))
	if diags != nil {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(r.Entries(), again.Entries()); diff != "" {
		t.Error(diff)
	}
	var order strings.Builder
	for _, e := range again.Entries() {
		fmt.Fprintf(&order, "%s%s ", e.Name, e.ID)
	}
	if got := order.String(); got != "a3 a2 a4 b1 " {
		t.Errorf("the order is %s", got)
	}
}

func TestReadNamesFileFieldAndWhatToWrite(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"type":            {`"read-write"`, `"root"`, `r.yaml:11:11: error: tokens[0].type: is "root"; write one of read-only, read-write, service, admin`},
		"no type":         {`"type": "read-write",`, ``, `r.yaml:7:9: error: tokens[0].type: is ""; write one of read-only, read-write, service, admin`},
		"name":            {`"name": "a"`, `"name": "a b"`, `r.yaml:8:11: error: tokens[0].name: is "a b"; write at most 128 characters that can be seen, without spaces`},
		"digest":          {`"0123456789abcdef"`, `"0123456789ABCDEF"`, `r.yaml:14:11: error: tokens[0].sha256: is "0123456789ABCDEF"; write the first 16 hexadecimal digits of the SHA-256, in lower case`},
		"access":          {`"00112233445566aa"`, `"00"`, `r.yaml:12:11: error: tokens[0].access: is "00"; write the first 16 hexadecimal digits of the SHA-256, in lower case`},
		"end":             {`"expiresAt": "2027-05-01`, `"expiresAt": "2027-01-01`, "r.yaml:16:11: error: tokens[0].expiresAt: is not after issuedAt; write when the token ends, as in its claim exp"},
		"rotation":        {`"rotateAfter": "2027-04-17`, `"rotateAfter": "2027-06-17`, "r.yaml:17:11: error: tokens[0].rotateAfter: is not between issuedAt and expiresAt; write a time between them"},
		"superseded":      {`"supersededAt": "2027-02-01`, `"supersededAt": "2026-02-01`, "r.yaml:19:11: error: tokens[0].supersededAt: is not between issuedAt and expiresAt; write a time between them"},
		"no such field":   {`"keyID"`, `"keyId"`, "r.yaml:13:11: error: tokens[0].keyId: is not a known field; did you mean keyID?"},
		"not a ConfigMap": {"kind: ConfigMap", "kind: Secret", "r.yaml:23:7: error: kind: is not ConfigMap; write kind: ConfigMap, or restore the file from Git"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(written, c.old, c.new, 1)
			if text == written {
				t.Fatal("nothing is replaced")
			}
			r, diags := issued.ReadConfigMap("r.yaml", []byte(text))
			if diff := cmp.Diff(c.want, diags.Sorted().Error()); diff != "" || len(r.Entries()) != 0 {
				t.Errorf("%v\n%s", r, diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	if _, err := issued.Parse([]byte(`{"tokens": []}`)); err != nil {
		t.Error(err)
	}
	if _, err := issued.Parse(nil); err == nil {
		t.Error("nothing is read as a record")
	}
	if _, err := issued.Parse([]byte(`{"tokens": [{}]}`)); err == nil {
		t.Error("a token without anything is read")
	}
}

func TestLiveAndSuperseded(t *testing.T) {
	r := issued.Of(entry("a", "1", 0), entry("a", "2", 80), entry("b", "3", 0))
	end := start().Add(90 * day)
	if got := len(r.Live("a", end.Add(-time.Second))); got != 2 {
		t.Errorf("%d are live before the end of one", got)
	}
	if got := len(r.Live("a", end)); got != 1 {
		t.Errorf("%d are live at the end of one: exp is the first second in which a token is not valid", got)
	}
	at := start().Add(81 * day)
	superseded := r.Supersede("a", at)
	for _, e := range superseded.Entries() {
		if e.Superseded() != (e.Name == "a") {
			t.Errorf("%+v", e)
		}
	}
	if diff := cmp.Diff(superseded.Entries(), superseded.Supersede("a", at.Add(day)).Entries()); diff != "" {
		t.Errorf("a second successor changes when there was a first:\n%s", diff)
	}
	if len(r.Live("a", at)) != len(superseded.Live("a", at)) || r.Entries()[0].Superseded() {
		t.Error("a token with a successor is not valid, or the first record has changed")
	}
	// The clock of whoever issued it was ahead of ours.
	early := issued.Of(entry("a", "1", 0)).Supersede("a", start().Add(-time.Minute))
	if _, diags := issued.ReadConfigMap("r.yaml", []byte(file(t, early))); diags != nil {
		t.Error(diags)
	}
}

func TestFindAndKeys(t *testing.T) {
	other := entry("b", "2", 0)
	other.KeyID = "key-2"
	r := issued.Of(entry("a", "1", 0)).Add(other)
	if e, ok := r.Find("2"); !ok || e.Name != "b" {
		t.Errorf("found %+v", e)
	}
	if _, ok := r.Find("3"); ok {
		t.Error("what was never issued is found")
	}
	if got := r.NotSignedBy("key-2", start()); len(got) != 1 || got[0].Name != "a" {
		t.Errorf("signed by another key: %+v", got)
	}
	if got := r.NotSignedBy("key-2", start().Add(90*day)); got != nil {
		t.Errorf("expired ones end with a key: %+v", got)
	}
}

func TestPruneForgetsAfterThirtyDays(t *testing.T) {
	r := issued.Of(entry("a", "1", 0), entry("a", "2", 80))
	last := start().Add(90*day + issued.Kept)
	if got := len(r.Prune(last).Entries()); got != 2 {
		t.Errorf("%d are kept at the last moment", got)
	}
	if got := r.Prune(last.Add(time.Second)).Entries(); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("kept are %+v", got)
	}
}

func FuzzReadConfigMap(f *testing.F) {
	f.Add(written)
	f.Add(strings.Replace(written, `"a"`, `"é"`, 1))
	f.Add("kind: ConfigMap\napiVersion: v1\ndata: {issued.json: '{\"tokens\": [null, {}, 5]}'}")
	f.Fuzz(func(t *testing.T, text string) {
		r, diags := issued.ReadConfigMap("r.yaml", []byte(text))
		if diags != nil {
			if len(r.Entries()) != 0 || strings.ContainsAny(diags.Error(), "\x1b\x00\r") {
				t.Errorf("%q: %+v", diags.Error(), r)
			}
			return
		}
		again, diags := issued.ReadConfigMap("r.yaml", []byte(file(t, r)))
		if diags != nil || !cmp.Equal(r.Entries(), again.Entries()) {
			t.Errorf("it is not what it was: %v\n%s", diags, cmp.Diff(r.Entries(), again.Entries()))
		}
	})
}
