package verify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	sealedValue = "ENC[AES256_GCM,data:Zm9v,iv:YWJj,tag:ZGVm,type:str]"
	sealedHead  = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: nix-cache}\n"
	sealedBy    = "sops: {mac: '" + sealedValue + "', lastmodified: '2026-07-01T00:00:00Z', version: 3.13.3}\n"
)

// A field named sops excuses nothing: only what SOPS has encrypted is not read,
// and the rest of the object is.
func TestEncrypted(t *testing.T) {
	const unknown = "sops: is not a field of "
	note := "[unknown-kind] kustomization.yaml: info: was not decoded in full: SOPS has encrypted the values of 1 Secrets"
	for name, c := range map[string]struct{ text, want string }{
		"encrypted": {sealedHead + "data: {a: '" + sealedValue + "'}\nstringData: {b: '" + sealedValue + "', c: ''}\n" + sealedBy, note},
		"rest of it": {
			sealedHead + "data: {a: '" + sealedValue + "'}\ndatta: {}\n" + sealedBy,
			"[decode] cache/x.yaml:5:1: error: Secret nix-cache/a datta: is not a field of Secret; did you mean data?",
		},
		"a plain value":     {sealedHead + "data: {a: '" + sealedValue + "', b: aHVudGVyMg==}\n" + sealedBy, unknown + "Secret"},
		"part of a value":   {sealedHead + "stringData: {a: 'hunter2 " + sealedValue + "'}\n" + sealedBy, unknown + "Secret"},
		"no values":         {sealedHead + sealedBy, unknown + "Secret"},
		"no code":           {sealedHead + "data: {a: '" + sealedValue + "'}\nsops: {version: 3}\n", unknown + "Secret"},
		"no date":           {sealedHead + "data: {a: '" + sealedValue + "'}\nsops: {mac: '" + sealedValue + "'}\n", unknown + "Secret"},
		"a ConfigMap":       {strings.Replace(sealedHead, "Secret", "ConfigMap", 1) + "data: {a: '" + sealedValue + "'}\n" + sealedBy, unknown + "ConfigMap; " + sopsHint},
		"an empty map":      {strings.Replace(sealedHead, "Secret", "ConfigMap", 1) + "sops: {}\n", unknown + "ConfigMap"},
		"text":              {strings.Replace(sealedHead, "Secret", "ConfigMap", 1) + "sops: a\n", unknown + "ConfigMap"},
		"a wrong type, too": {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: nix-cache}\nspec: {replicas: 8675309867}\nsops: {version: 3}\n", "wants a whole number of 32 bits, has another number"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.list("x.yaml", c.text)
			got := strings.Join(r.only(r.options(), ruleDecode, ruleUnknownKind), "\n")
			if !strings.Contains(got, c.want) || strings.Contains(got, "hunter2") {
				t.Error(got)
			}
			if encrypted := strings.Contains(got, note); encrypted != (name == "encrypted" || name == "rest of it") {
				t.Error(got)
			}
		})
	}
}

// What kubeconform says of a value is repeated without the value.
func TestWithoutValue(t *testing.T) {
	for message, want := range map[string]string{
		`'hunter2 \' does not match pattern \'' does not match pattern '^[a-z]*$'`: `does not match pattern '^[a-z]*$'`,
		`'hunter2' is not valid date: invalid hunter2`:                             "is not valid date",
		`8675309867 is not valid duration: x`:                                      "is not valid duration",
		`value is not 'base64' encoded: illegal hunter2`:                           "is not 'base64' encoded",
		`maximum: got 8,675,309,867, want 10`:                                      "maximum: wants 10",
		`exclusiveMinimum: got 8675309867, want 10`:                                "exclusiveMinimum: wants 10",
		`multipleOf: got 8675309867, want 10`:                                      "multipleOf: wants 10",
		`got number, want string`:                                                  `got number, want string`,
		`got number, want null or string`:                                          `got number, want null or string`,
		`value must be one of 'Always', 'Never'`:                                   `value must be one of 'Always', 'Never'`,
		`maxLength: got 9, want 7`:                                                 `maxLength: got 9, want 7`,
		`missing properties 'a', 'b'`:                                              `missing properties 'a', 'b'`,
		`additional properties 'a' not allowed`:                                    `additional properties 'a' not allowed`,
		`'oneOf' failed, none matched`:                                             `'oneOf' failed, none matched`,
		`in other words, hunter2 is wrong`:                                         "",
	} {
		if diff := cmp.Diff(want, withoutValue(message)); diff != "" {
			t.Errorf("%s: %s", message, diff)
		}
	}
}
