package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeys(t *testing.T) {
	r := newRepo(t, byDefault)
	document := must(t, r.change(nil, map[string]string{"a": "the value of a"})).Document

	fails(t, r.reading(document), exitNoKey, "set SOPS_AGE_KEY_FILE or SOPS_AGE_KEY")
	fails(t, r.change(document, map[string]string{"b": "the value of b"}), exitNoKey, r.key.Recipient().String())
	t.Setenv("SOPS_AGE_KEY", newKey(t).String())
	fails(t, r.reading(document), exitNoKey, "no private key here decrypts the file")
	t.Setenv("SOPS_AGE_KEY", "AGE-SECRET-KEY-1BROKENBROKENBROKEN")
	fails(t, r.reading(document), exitNoKey, "age", "AGE-SECRET-KEY-1BROKENBROKENBROKEN")
	t.Setenv("SOPS_AGE_KEY", "")

	file := filepath.Join(t.TempDir(), "keys.txt")
	write(t, file, r.key.String()+"\n")
	t.Run("file", func(t *testing.T) {
		t.Setenv("SOPS_AGE_KEY_FILE", file)
		must(t, r.reading(document))
	})
	t.Run("folder of the user", func(t *testing.T) {
		home := t.TempDir()
		t.Setenv("XDG_CONFIG_HOME", home)
		write(t, filepath.Join(home, "sops", "age", "keys.txt"), r.key.String()+"\n")
		must(t, r.reading(document))
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFilesOfOthers: nothing is written over a file that SOPS has not encrypted
// as atticgen does, and nothing of it is said.
func TestFilesOfOthers(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	const value = "a value nobody may see"
	good := string(must(t, r.change(nil, map[string]string{"a": value, "b": "another value"})).Document)
	replace := func(old, text string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in\n%s", old, good)
		}
		return strings.Replace(good, old, text, 1)
	}
	encrypted := regexp.MustCompile(`ENC\[AES256_GCM,data:[^\]]*\]`).FindAllString(good, -1)
	for name, test := range map[string]struct{ document, want string }{
		"plain":            {"apiVersion: v1\nkind: Secret\nmetadata: {name: attic-secrets, namespace: nix-cache}\nstringData: {a: " + value + "}\n", "not encrypted by SOPS"},
		"empty":            {"", "nothing is written over it"},
		"broken":           {"a: " + value + "\n b: [" + value, "not YAML"},
		"unknown alias":    {"a: *" + strings.ReplaceAll(value, " ", "-"), "not YAML"},
		"list":             {"- " + value, "holds no Secret"},
		"two documents":    {good + "---\n" + good, "more than one document"},
		"alias":            {replace("kind: Secret", "x: &x [1]\ny: *x\nkind: Secret"), "aliases"},
		"bomb":             {"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n" + good, "aliases"},
		"duplicate":        {good + "kind: Secret\n", "SOPS does not understand"},
		"ConfigMap":        {replace("kind: Secret", "kind: ConfigMap"), "holds no Secret"},
		"another name":     {replace("name: attic-secrets", "name: other"), "another Secret"},
		"stringData":       {replace("data:\n", "stringData:\n"), "stringData"},
		"no checksum":      {regexp.MustCompile(`(?m)^    mac: .*\n`).ReplaceAllString(good, ""), "not encrypted by SOPS"},
		"empty checksum":   {regexp.MustCompile(`(?m)^    mac: .*$`).ReplaceAllString(good, `    mac: ""`), "MAC mismatch"},
		"sops is text":     {regexp.MustCompile(`(?ms)^sops:.*`).ReplaceAllString(good, "sops: text\n"), "not encrypted by SOPS"},
		"no recipients":    {regexp.MustCompile(`(?ms)^    age:.*?^    lastmodified`).ReplaceAllString(good, "    lastmodified"), "SOPS does not understand"},
		"encrypts nothing": {replace("^(data|stringData)$", "^nothing$"), "MAC mismatch"},
		"time":             {regexp.MustCompile(`lastmodified: .*`).ReplaceAllString(good, `lastmodified: "2001-01-01T00:00:00Z"`), "MAC mismatch"},
		"no time":          {regexp.MustCompile(`lastmodified: .*`).ReplaceAllString(good, `lastmodified: yesterday`), "SOPS does not understand"},
		"value removed":    {regexp.MustCompile(`(?m)^    a: .*\n`).ReplaceAllString(good, ""), "MAC mismatch"},
		"value truncated":  {replace("ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:AAAA"), "cannot be decrypted with its own key"},
		"plain value":      {replace(encrypted[0], value), "cannot be decrypted with its own key"},
		"number":           {replace(encrypted[0], "5"), "cannot be decrypted with its own key"},
		"values swapped":   {strings.NewReplacer(encrypted[0], encrypted[1], encrypted[1], encrypted[0]).Replace(good), "cannot be decrypted with its own key"},
	} {
		t.Run(name, func(t *testing.T) {
			hidden := []string{value, strings.ReplaceAll(value, " ", "-")}
			q := r.change([]byte(test.document), map[string]string{"c": "the value of c"})
			q.Document = append([]byte{}, q.Document...)
			fails(t, q, exitFailed, test.want, hidden...)
			if name != "another name" {
				q := r.reading([]byte(test.document))
				fails(t, q, exitFailed, test.want, hidden...)
			}
		})
	}
}

// TestRules: a rule that leaves values in plain text, or encrypts what Kubernetes
// must read, is refused.
func TestRules(t *testing.T) {
	for name, test := range map[string]struct{ rules, want string }{
		"none":               {"", "there is no .sops.yaml"},
		"empty":              {"stores: {}\n", "has no creation_rules"},
		"no match":           {"creation_rules:\n- {path_regex: ^other/, age: RECIPIENT}\n", "no matching creation rules"},
		"nobody":             {"creation_rules:\n- path_regex: .*\n", "names nobody"},
		"nobody in a group":  {"creation_rules:\n- key_groups: [{age: [RECIPIENT]}, {}]\n", "key_groups[1]"},
		"not YAML":           {"creation_rules: [", ".sops.yaml"},
		"bad recipient":      {"creation_rules:\n- age: age1nobody\n", "age1nobody"},
		"everything":         {byDefault + "  unencrypted_suffix: _plain\n", "encrypts apiVersion"},
		"nothing":            {byDefault + "  encrypted_regex: ^nothing$\n", "leaves data.a in plain text"},
		"half":               {byDefault + "  unencrypted_regex: ^(apiVersion|kind|metadata|type|a)$\n", "leaves data.a in plain text"},
		"by comment":         {byDefault + "  encrypted_comment_regex: secret\n", "leaves data.a in plain text"},
		"two selectors":      {byDefault + "  encrypted_regex: ^data$\n  encrypted_suffix: x\n", "cannot use more than one"},
		"data":               {byDefault + "  encrypted_regex: ^data$\n", ""},
		"but for the others": {byDefault + "  unencrypted_regex: ^(apiVersion|kind|metadata|type)$\n", ""},
		"group":              {"creation_rules:\n- key_groups: [{age: [RECIPIENT]}]\n", ""},
		"by path":            {"creation_rules:\n- {path_regex: ^overlays/staging/secrets/, age: RECIPIENT}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t, test.rules)
			q := r.change(nil, map[string]string{"a": "the value of a"})
			if test.want != "" {
				fails(t, q, exitFailed, test.want)
				return
			}
			document := must(t, q).Document
			if !bytes.Contains(document, []byte("mac_only_encrypted: true")) {
				t.Errorf("the checksum is of everything:\n%s", document)
			}
			r.unlock(t)
			if diff := cmp.Diff(q.Set, must(t, r.reading(document)).Secret.Data); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEncryptedNames: an annotation that a rule takes for a value is not written.
func TestEncryptedNames(t *testing.T) {
	r := newRepo(t, byDefault)
	q := r.change(nil, map[string]string{"a": "the value of a"})
	q.Annotations = map[string]string{"data": "text"}
	fails(t, q, exitFailed, "encrypts metadata.annotations.data")
}

// TestShamir: as many groups as the threshold says are needed.
func TestShamir(t *testing.T) {
	r := newRepo(t, "")
	second, third := newKey(t), newKey(t)
	r.rules(t, "creation_rules:\n- shamir_threshold: 2\n  key_groups:\n  - age: [RECIPIENT]\n  - age: ["+second.Recipient().String()+"]\n  - age: ["+third.Recipient().String()+"]\n")
	document := must(t, r.change(nil, map[string]string{"a": "the value of a"})).Document
	r.unlock(t)
	fails(t, r.reading(document), exitNoKey, "threshold of 2")
	t.Setenv("SOPS_AGE_KEY", r.key.String()+"\n"+third.String())
	document = must(t, r.change(document, map[string]string{"b": "the value of b"})).Document
	t.Setenv("SOPS_AGE_KEY", second.String()+"\n"+third.String())
	if got := must(t, r.reading(document)).Secret.Data; len(got) != 2 {
		t.Errorf("it has %d values", len(got))
	}
}

// TestConfigVariable: as sops, SOPS_CONFIG names the file with the rules.
func TestConfigVariable(t *testing.T) {
	r := newRepo(t, "")
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write(t, rules, strings.ReplaceAll(byDefault, "RECIPIENT", r.key.Recipient().String()))
	t.Setenv("SOPS_CONFIG", rules)
	must(t, r.change(nil, map[string]string{"a": "the value of a"}))
}
