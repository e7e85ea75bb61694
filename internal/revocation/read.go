package revocation

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

// fields are an entry as it is written.
type fields struct {
	ID        string `json:"id"`
	Subject   string `json:"subject"`
	Name      string `json:"name,omitempty"`
	Reason    string `json:"reason"`
	RevokedAt string `json:"revokedAt"`
	ExpiresAt string `json:"expiresAt,omitempty"`
}

func (l List) fields() []fields {
	all := make([]fields, 0, len(l.entries))
	for _, e := range l.entries {
		all = append(all, fields{e.ID, e.Subject, e.Name, e.Reason, ledger.Text(e.RevokedAt), ledger.Text(e.ExpiresAt)})
	}
	return all
}

// JSON is the list as its ConfigMap holds it.
func (l List) JSON() []byte { return form().JSON(l.fields()) }

// Parse reads the JSON of the list, as the authz server has it mounted. Whatever
// is not understood is an error, for a token that is overlooked would be let in;
// an empty text is one, too. The error is a [diag.List].
func Parse(data []byte) (List, error) {
	nodes, diags := form().Parse(File, data)
	if diags != nil {
		return List{}, diags
	}
	list, diags := read(nodes)
	return list, diags.Err()
}

// ReadConfigMap reads the file of the list, as strictly. With errors, the list
// is empty.
func ReadConfigMap(file string, data []byte) (List, diag.List) {
	nodes, diags := form().ReadConfigMap(file, data)
	if diags != nil {
		return List{}, diags
	}
	return read(nodes)
}

func read(nodes []*load.Node) (List, diag.List) {
	entries, diags := ledger.Read(form(), nodes, func(item *ledger.Item, f fields) Entry {
		if f.Name != "" {
			item.Word("name", f.Name)
		}
		return Entry{
			ID: checkID(item, "id", f.ID), Subject: item.Line("subject", f.Subject), Name: f.Name, Reason: item.Line("reason", f.Reason),
			RevokedAt: item.Time("revokedAt", f.RevokedAt), ExpiresAt: item.OptionalTime("expiresAt", f.ExpiresAt),
		}
	})
	if diags != nil {
		return List{}, diags
	}
	return of(entries), nil
}
