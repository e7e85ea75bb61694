package caches

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func TestReadDesired(t *testing.T) {
	want := desired{
		"main":    keptFor(public(cacheOf(41)), 3600),
		"team+x":  {UpstreamCacheKeyNames: []string{}},
		"forever": keptFor(cacheOf(2147483647), 0),
	}
	// This is how the generator writes it.
	data, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadDesired(strings.NewReader(string(data) + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadDesiredErrors(t *testing.T) {
	const (
		rest     = `"priority":1,"upstreamCacheKeyNames":[]}}`
		fields   = "write public, priority and upstreamCacheKeyNames"
		once     = "every field is written once, and is one that the generator writes"
		number   = "write a whole number from 0 to 2147483647"
		badName  = "is not a name that Attic takes for a cache; use at most 50 letters, digits, -, _ and +, starting with a letter or digit"
		badKey   = "which is not the name of a key; write the part of the public key before the colon, as in cache.nixos.org-1"
		keepTime = "write a number from 0, which keeps everything, to 2147483647, or leave it out"
	)
	tests := map[string]struct{ in, want string }{
		"nothing":        {"", "1:1: error: is not one JSON object: unexpected end of JSON input"},
		"YAML":           {"main:\n  public: true", "1:1: error: is not one JSON object: invalid character 'm' looking for beginning of value"},
		"later line":     {"{\n  \"é\": x}", "2:8: error: is not one JSON object: invalid character 'x' looking for beginning of value"},
		"trailing":       {`{"a":{"public":true,` + rest + "\n{}", "2:1: error: is not one JSON object: invalid character '{' after top-level value"},
		"list":           {"[]", "error: is a JSON array; write an object"},
		"null":           {"null", "error: names no cache; write an object with the caches under their names"},
		"empty":          {"{}", "error: names no cache; write an object with the caches under their names"},
		"too large":      {strings.Repeat(" ", 1<<20) + "{}", "error: is larger than 1 MiB"},
		"escape":         {"{\"\x1b[31m\": 1}", `1:3: error: is not one JSON object: invalid character '\x1b' in string literal`},
		"cache twice":    {`{"a":{"public":true,"priority":1,"upstreamCacheKeyNames":[]},"a":{"public":true,` + rest, `error: has the duplicate field "a"; ` + once},
		"field twice":    {`{"a":{"public":true,"public":true,` + rest, `error: a: has the duplicate field "public"; ` + once},
		"unknown field":  {`{"a":{"public":true,"color":1,` + rest, `error: a: has the unknown field "color"; ` + once},
		"field's case":   {`{"a":{"Public":true,` + rest, `error: a: has the unknown field "Public"; ` + once},
		"no public":      {`{"a":{` + rest, "error: a.public: is missing; " + fields},
		"null public":    {`{"a":{"public":null,` + rest, "error: a.public: is missing; " + fields},
		"null cache":     {`{"a":null}`, "error: a.priority: is missing; " + fields + "\nerror: a.public: is missing; " + fields + "\nerror: a.upstreamCacheKeyNames: is missing; " + fields},
		"number":         {`{"a":3}`, "error: a: is a JSON number; write an object"},
		"string":         {`{"a":{"public":"yes",` + rest, "error: a.public: is a JSON string; write true or false"},
		"fraction":       {`{"a":{"public":true,"priority":1.5,"upstreamCacheKeyNames":[]}}`, "error: a.priority: is a JSON number 1.5; " + number},
		"large priority": {`{"a":{"public":true,"priority":2147483648,"upstreamCacheKeyNames":[]}}`, "error: a.priority: is a JSON number 2147483648; " + number},
		"negative":       {`{"a":{"public":true,"priority":-1,"upstreamCacheKeyNames":[]}}`, "error: a.priority: is -1; write a number of 0 or more; lower is asked first"},
		"list of what":   {`{"a":{"public":true,"priority":1,"upstreamCacheKeyNames":[1]}}`, "error: a.upstreamCacheKeyNames: is a JSON number; write a list of strings"},
		"key":            {`{"a":{"public":true,"priority":1,"upstreamCacheKeyNames":["ok","a:b\u001b"]}}`, `error: a.upstreamCacheKeyNames[1]: is "a:b\x1b", ` + badKey},
		"long retention": {`{"a":{"public":true,"retentionSeconds":2147483648,` + rest, "error: a.retentionSeconds: is 2147483648; " + keepTime},
		"less retention": {`{"a":{"public":true,"retentionSeconds":-1,` + rest, "error: a.retentionSeconds: is -1; " + keepTime},
		"no name":        {`{"":{"public":true,` + rest, `error: "": ` + badName},
		"dots":           {`{"..":{"public":true,` + rest, `error: "..": ` + badName},
		"slash":          {`{"a/b":{"public":true,` + rest, `error: "a/b": ` + badName},
		"line":           {`{"a\n":{"public":true,` + rest, `error: "a\n": ` + badName},
		"long name":      {`{"` + strings.Repeat("n", 51) + `":{"public":true,` + rest, `error: "` + strings.Repeat("n", 51) + `": ` + badName},
		"two of them": {
			`{"b":{"public":1,` + strings.TrimSuffix(rest, "}") + `,"\u001b":{"public":1,` + rest,
			"error: \"\\x1b\".public: is a JSON number; write true or false\nerror: b.public: is a JSON number; write true or false",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ReadDesired(strings.NewReader(tt.in))
			if err == nil || got != nil {
				t.Fatalf("got %+v and the error %v", got, err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
			if _, ok := errors.AsType[diag.List](err); !ok {
				t.Errorf("%T is no diag.List", err)
			}
		})
	}
}

func TestReadDesiredCannotRead(t *testing.T) {
	cause := errors.New("no such device")
	if _, err := ReadDesired(iotest.ErrReader(cause)); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func FuzzReadDesired(f *testing.F) {
	f.Add(`{"main":{"public":true,"priority":41,"upstreamCacheKeyNames":["cache.nixos.org-1"],"retentionSeconds":60}}`)
	f.Add(`{"\u001b":{"public":1,"x":2},"a":null}`)
	f.Add("{\xff}")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ReadDesired(strings.NewReader(in))
		if err != nil {
			checkText(t, err.Error())
			return
		}
		data, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadDesired(strings.NewReader(string(data)))
		if err != nil {
			t.Fatalf("%s cannot be read again: %v", data, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Error(diff)
		}
	})
}
