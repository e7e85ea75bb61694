package overlay

import (
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// The IDs in a spec are those of the keys beside it, at every step of a change.
func TestKeysOfTheSpec(t *testing.T) {
	public := func() (id, pem string) {
		key, err := token.Generate(2048)
		if err != nil {
			t.Fatal(err)
		}
		return key.Public().ID(), string(key.Public().PEM())
	}
	one, onePEM := public()
	two, twoPEM := public()
	const at = "overlays/a/secrets/attic/attic-signing-key"
	for name, test := range map[string]struct {
		signingKey, present, coming, backend, want string
	}{
		"no files":               {"{keyID: " + one + ", next: {keyID: " + two + "}}", "", "", "sops", ""},
		"right":                  {"{keyID: " + one + ", next: {keyID: " + two + "}}", onePEM, twoPEM, "sops", ""},
		"nothing said":           {"{}", onePEM, twoPEM, "sops", ""},
		"no key":                 {"{keyID: " + one + "}", "-----BEGIN", "", "sops", at + ".pub: error: "},
		"another":                {"{keyID: " + two + "}", onePEM, "", "existing", `error: spec.signingKey.keyID: is "` + two + `", and the key in ` + at + `.pub is ` + one + `; write ` + one},
		"both another":           {"{keyID: " + two + ", next: {keyID: " + one + "}}", onePEM, twoPEM, "sops", `error: spec.signingKey.next.keyID: is "` + one + `", and the key in ` + at + `-next.pub is ` + two + `; write ` + two},
		"switched":               {"{keyID: " + one + ", next: {keyID: " + two + "}}", twoPEM, twoPEM, "sops", `error: spec.signingKey.keyID: is "` + one + `", and the key in ` + at + `.pub is ` + two + `; write ` + two + `, which has taken over`},
		"switched, not by Git":   {"{keyID: " + one + ", next: {keyID: " + two + "}}", twoPEM, twoPEM, "sealedSecrets", `warning: spec.signingKey.keyID: is "` + one + `", and the key in ` + at + `.pub is ` + two + `; write ` + two + ` as soon as the cluster has that key, and not before`},
		"finished, next is left": {"{keyID: " + two + ", next: {keyID: " + two + "}}", twoPEM, "", "sops", "error: spec.signingKey.next: is left over from a change of keys that has ended; take spec.signingKey.next out, and keep keyID: " + two},
	} {
		t.Run(name, func(t *testing.T) {
			all := files{
				"overlays/a/kustomization.yaml": "generators: [cache.yaml]\n",
				"overlays/a/cache.yaml":         spec("attic") + "  signingKey: " + test.signingKey + "\n  secrets: {backend: " + test.backend + "}\n",
			}
			for file, pem := range map[string]string{at + ".pub": test.present, at + "-next.pub": test.coming} {
				if pem != "" {
					all[file] = pem
				}
			}
			_, diags := repo(t, all).Build("overlays/a", Options{})
			var got []string
			for _, d := range diags {
				if !strings.Contains(d.Message, "is not in the environment") && !strings.Contains(d.Path, "connections") {
					got = append(got, d.String())
				}
			}
			text := strings.Join(got, "\n")
			if !strings.Contains(text, test.want) || test.want == "" && text != "" {
				t.Errorf("\n got %s\nwant %s", text, test.want)
			}
		})
	}
}
