package revocation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

func now() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }

func entry(id string) revocation.Entry {
	return revocation.Entry{
		ID: id, Subject: "gitlab-myrepo", Name: "gitlab-myrepo", Reason: "leaked in a job log",
		RevokedAt: now(), ExpiresAt: now().Add(24 * time.Hour),
	}
}

func list(t *testing.T, entries ...revocation.Entry) revocation.List {
	t.Helper()
	var l revocation.List
	for _, e := range entries {
		var err error
		if l, err = l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func file(t *testing.T, l revocation.List) []byte {
	t.Helper()
	data, err := l.ConfigMap(meta.Scope{Namespace: "nix-cache", PartOf: "attic"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const written = `# The list of revoked tokens, kept by atticgen token revoke. It holds nothing secret.
apiVersion: v1
data:
  revoked.json: |
    {
      "revoked": [
        {
          "id": "1",
          "subject": "gitlab-myrepo",
          "name": "gitlab-myrepo",
          "reason": "leaked in a job log",
          "revokedAt": "2027-01-31T12:00:00Z",
          "expiresAt": "2027-02-01T12:00:00Z"
        },
        {
          "id": "2",
          "subject": "of another system",
          "reason": "<unknown>",
          "revokedAt": "2027-01-31T12:00:00Z"
        }
      ]
    }
kind: ConfigMap
metadata:
  labels:
    app.kubernetes.io/component: tokens
    app.kubernetes.io/instance: attic-revoked-tokens
    app.kubernetes.io/managed-by: atticgen
    app.kubernetes.io/name: attic-tokens
    app.kubernetes.io/part-of: attic
  name: attic-revoked-tokens
  namespace: nix-cache
`

func two(t *testing.T) revocation.List {
	t.Helper()
	return list(t, revocation.Entry{ID: "2", Subject: "of another system", Reason: " <unknown> ", RevokedAt: now().Add(time.Millisecond)}, entry("1"))
}

func TestListIsReadAsItIsWritten(t *testing.T) {
	l := two(t)
	data := file(t, l)
	if diff := cmp.Diff(written, string(data)); diff != "" {
		t.Error(diff)
	}
	again, diags := revocation.ReadConfigMap("list.yaml", data)
	if diags != nil || !cmp.Equal(l.Entries(), again.Entries()) {
		t.Errorf("%v\n%s", diags, cmp.Diff(l.Entries(), again.Entries()))
	}
	mounted, err := revocation.Parse(l.JSON())
	if err != nil || !cmp.Equal(l.Entries(), mounted.Entries()) || mounted.Len() != 2 {
		t.Errorf("%v\n%s", err, cmp.Diff(l.Entries(), mounted.Entries()))
	}
	if empty, err := revocation.Parse(revocation.List{}.JSON()); err != nil || empty.Len() != 0 {
		t.Errorf("an empty list is %v, %v", empty, err)
	}
}

func TestHas(t *testing.T) {
	l := two(t)
	for id, want := range map[string]bool{"1": true, "2": true, "3": false, "": false, "gitlab-myrepo": false} {
		if l.Has(id) != want || (revocation.List{}).Has(id) {
			t.Errorf("%q is revoked: %v", id, !want)
		}
	}
	if e, ok := l.Find("1"); !ok || e != entry("1") {
		t.Errorf("found %+v", e)
	}
	if _, ok := l.Find("3"); ok {
		t.Error("what was never revoked is found")
	}
}

func TestTheFirstReasonAndTimeStay(t *testing.T) {
	first := list(t, entry("1"))
	later := entry("1")
	later.Reason, later.RevokedAt = "another", now().Add(time.Hour)
	if got := list(t, first.Entries()[0], later); !cmp.Equal(first.Entries(), got.Entries()) {
		t.Errorf("it is %+v", got.Entries())
	}
	if grown := list(t, entry("1"), entry("2")); first.Len() != 1 || grown.Len() != 2 {
		t.Error("adding changes the list that it adds to")
	}
}

func TestAddRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*revocation.Entry)
		want   string
	}{
		"ID":         {func(e *revocation.Entry) { e.ID = "a b" }, `"a b" is no ID of a token; write its jti, as atticgen token list and atticgen token inspect show it`},
		"subject":    {func(e *revocation.Entry) { e.Subject = "" }, `"" is no subject of a token; write its sub on one line of at most 200 characters`},
		"name":       {func(e *revocation.Entry) { e.Name = "a b" }, `"a b" is no name of a token; leave it out, or write the one that it has in the plan`},
		"no reason":  {func(e *revocation.Entry) { e.Reason = " " }, `the reason is ""; write why on one line of at most 200 characters`},
		"two lines":  {func(e *revocation.Entry) { e.Reason = "a\nb" }, `the reason is "a\nb"; write why on one line of at most 200 characters`},
		"invisible":  {func(e *revocation.Entry) { e.Reason = "a\u202eb" }, `the reason is "a\u202eb"; write why on one line of at most 200 characters`},
		"too long":   {func(e *revocation.Entry) { e.Reason = strings.Repeat("x", 201) }, `the reason is "` + strings.Repeat("x", 60) + `…"; write why on one line of at most 200 characters`},
		"no time":    {func(e *revocation.Entry) { e.RevokedAt = time.Time{} }, "a token is revoked at no time"},
		"two things": {func(e *revocation.Entry) { e.ID, e.RevokedAt = "", time.Time{} }, "\"\" is no ID of a token; write its jti, as atticgen token list and atticgen token inspect show it\na token is revoked at no time"},
	} {
		t.Run(name, func(t *testing.T) {
			e := entry("1")
			c.change(&e)
			l, err := revocation.List{}.Add(e)
			if err == nil || err.Error() != c.want || l.Len() != 0 {
				t.Errorf("error is %v, want %s", err, c.want)
			}
		})
	}
}

// The server that reads it lets nobody in whose list it does not understand.
func TestParseRefuses(t *testing.T) {
	one := string(list(t, entry("1")).JSON())
	for name, c := range map[string]struct{ text, want string }{
		"empty":      {"", "revoked.json:1:1: error: is empty, and no list; restore the file from Git"},
		"cut":        {one[:len(one)/2], "is no JSON"},
		"no list":    {"{}", `revoked: is missing; write {"revoked": []} for an empty list`},
		"null":       {"null", "is no JSON object"},
		"field":      {strings.Replace(one, `"name"`, `"names"`, 1), "revoked.json:6:7: error: revoked[0].names: is not a known field; did you mean name?"},
		"no reason":  {strings.Replace(one, `leaked in a job log`, ``, 1), "revoked.json:7:7: error: revoked[0].reason: is missing"},
		"no ID":      {strings.Replace(one, `"1"`, `""`, 1), "revoked.json:4:7: error: revoked[0].id: is missing"},
		"name":       {strings.Replace(one, `"name": "`, `"name": " `, 1), `revoked[0].name: is " gitlab-myrepo"`},
		"zone":       {strings.Replace(one, `00Z"`, `00+00:00"`, 1), "revoked.json:8:7: error: revoked[0].revokedAt: is"},
		"same twice": {strings.Replace(string(two(t).JSON()), `"2"`, `"1"`, 1), `revoked.json:12:7: error: revoked[1].id: is "1", which is already in line 4; keep one of the two`},
		"too large":  {one + strings.Repeat(" ", 1<<20), "more than the 983040 that are read"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := revocation.Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || l.Len() != 0 {
				t.Errorf("error is %v, want %s", err, c.want)
			}
		})
	}
}

func TestPruneForgetsADayAfterTheEnd(t *testing.T) {
	end := now().Add(24 * time.Hour)
	l := two(t)
	kept, dropped := l.Prune(end.Add(revocation.Kept))
	if kept.Len() != 2 || dropped != nil {
		t.Errorf("dropped at the last moment: %+v", dropped)
	}
	kept, dropped = l.Prune(end.Add(revocation.Kept + time.Second))
	if len(dropped) != 1 || dropped[0].ID != "1" || kept.Has("1") || !kept.Has("2") || !l.Has("1") {
		t.Errorf("dropped are %+v", dropped)
	}
	if forever, _ := l.Prune(now().AddDate(1000, 0, 0)); !forever.Has("2") {
		t.Error("a token whose end nobody knows is forgotten")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"revoked": []}`)
	f.Add(`{"revoked": [{"id": "1", "subject": "a", "reason": "b", "revokedAt": "2027-01-31T12:00:00Z"}]}`)
	f.Add("{\"revoked\": [{\"id\": \"\\u0000\", \"subject\": 5, \"reason\": null}, [], {\"id\": {}}]}")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := revocation.Parse([]byte(text))
		if err != nil {
			if l.Len() != 0 || strings.ContainsAny(err.Error(), "\x1b\x00\r") {
				t.Errorf("%q: %+v", err, l)
			}
			return
		}
		for _, e := range l.Entries() {
			if !l.Has(e.ID) {
				t.Errorf("%q is overlooked", e.ID)
			}
		}
		again, err := revocation.Parse(l.JSON())
		if err != nil || !cmp.Equal(l.Entries(), again.Entries()) {
			t.Errorf("it is not what it was: %v", err)
		}
		if _, diags := revocation.ReadConfigMap("list.yaml", file(t, l)); diags != nil {
			t.Error(diags)
		}
	})
}

func BenchmarkHas(b *testing.B) {
	for _, n := range []int{10, 2000} {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `,{"id": "%d", "subject": "a", "reason": "b", "revokedAt": "2027-01-31T12:00:00Z"}`, i)
		}
		l, err := revocation.Parse([]byte(`{"revoked": [` + text.String()[1:] + `]}`))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				l.Has("5")
			}
		})
	}
}
