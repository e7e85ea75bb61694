package report

import (
	"io"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// SecretList is the Secrets that one system needs.
type SecretList struct {
	// Set is the system, as in production: nix-cache/attic, and Backend where it
	// keeps its Secrets.
	Set, Backend string
	Secrets      []Secret
}

// Secret is one of them.
type Secret struct {
	Name, Purpose string
	Keys          []SecretKey
}

// KeyState is what is known of a key.
type KeyState string

// What can be known of a key.
const (
	// KeyThere: it is in Git.
	KeyThere KeyState = "there"
	// KeyMissing: it ought to be in Git, and is not.
	KeyMissing KeyState = "missing"
	// KeyElsewhere: it is kept elsewhere, and nothing is known of it here.
	KeyElsewhere KeyState = "elsewhere"
)

// SecretKey is one key of a Secret.
type SecretKey struct {
	Name  string
	State KeyState
	// From is where it comes from: the file that has it, the command that makes it,
	// or its place elsewhere.
	From string
}

// WriteSecrets writes which Secrets systems need. The JSON is
//
//	{"sets": [{"set", "backend", "secrets": [{"name", "purpose", "keys": [{"name", "state", "from"}]}]}]}
//
// in which state is "there", "missing" or "elsewhere".
func WriteSecrets(w io.Writer, format Format, lists []SecretList) error {
	if format == JSON {
		return writeSecretsJSON(w, lists)
	}
	for i, list := range lists {
		heading := diag.Escape(list.Set) + " (" + diag.Escape(list.Backend) + ")\n"
		if format == Markdown {
			heading = "**" + plain(list.Set) + "** (" + plain(list.Backend) + ")\n\n"
		}
		if i > 0 {
			heading = "\n" + heading
		}
		if _, err := io.WriteString(w, heading); err != nil {
			return err
		}
		var rows [][]string
		for _, s := range list.Secrets {
			for _, key := range s.Keys {
				rows = append(rows, []string{s.Name, key.Name, string(key.State), key.From, s.Purpose})
			}
		}
		if err := writeTable(w, format, []string{"Secret", "Key", "State", "From", "For"}, rows); err != nil {
			return err
		}
	}
	return nil
}

func writeSecretsJSON(w io.Writer, lists []SecretList) error {
	type key struct {
		Name  string   `json:"name"`
		State KeyState `json:"state"`
		From  string   `json:"from"`
	}
	type secret struct {
		Name    string `json:"name"`
		Purpose string `json:"purpose"`
		Keys    []key  `json:"keys"`
	}
	type set struct {
		Set     string   `json:"set"`
		Backend string   `json:"backend"`
		Secrets []secret `json:"secrets"`
	}
	out := struct {
		Sets []set `json:"sets"`
	}{[]set{}}
	for _, list := range lists {
		one := set{list.Set, list.Backend, []secret{}}
		for _, s := range list.Secrets {
			keys := []key{}
			for _, k := range s.Keys {
				keys = append(keys, key(k))
			}
			one.Secrets = append(one.Secrets, secret{s.Name, s.Purpose, keys})
		}
		out.Sets = append(out.Sets, one)
	}
	return encode(w, out)
}
