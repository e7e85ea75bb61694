package issued

import (
	"fmt"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

// fields are an entry as it is written.
type fields struct {
	Name         string `json:"name"`
	Subject      string `json:"subject"`
	ID           string `json:"id"`
	Type         string `json:"type"`
	Access       string `json:"access,omitempty"`
	KeyID        string `json:"keyID"`
	Sha256       string `json:"sha256"`
	IssuedAt     string `json:"issuedAt"`
	ExpiresAt    string `json:"expiresAt"`
	RotateAfter  string `json:"rotateAfter"`
	Secret       string `json:"secret"`
	SupersededAt string `json:"supersededAt,omitempty"`
}

func (r Record) fields() []fields {
	all := make([]fields, 0, len(r.entries))
	for _, e := range r.entries {
		all = append(all, fields{
			Name: e.Name, Subject: e.Subject, ID: e.ID, Type: e.Type, Access: e.Access, KeyID: e.KeyID, Sha256: e.Sha256,
			IssuedAt: ledger.Text(e.IssuedAt), ExpiresAt: ledger.Text(e.ExpiresAt), RotateAfter: ledger.Text(e.RotateAfter),
			Secret: e.Secret, SupersededAt: ledger.Text(e.SupersededAt),
		})
	}
	return all
}

// ReadConfigMap reads the file of the record, strictly. With errors, the record
// is empty.
func ReadConfigMap(file string, data []byte) (Record, diag.List) {
	nodes, diags := form().ReadConfigMap(file, data)
	if diags != nil {
		return Record{}, diags
	}
	return read(nodes)
}

// Parse reads the JSON of the record alone. The error is a [diag.List].
func Parse(data []byte) (Record, error) {
	nodes, diags := form().Parse("", data)
	if diags != nil {
		return Record{}, diags
	}
	record, diags := read(nodes)
	return record, diags.Err()
}

func read(nodes []*load.Node) (Record, diag.List) {
	entries, diags := ledger.Read(form(), nodes, entry)
	if diags != nil {
		return Record{}, diags
	}
	return Of(entries...), nil
}

func entry(item *ledger.Item, f fields) Entry {
	e := Entry{
		Name: item.Word("name", f.Name), Subject: item.Line("subject", f.Subject), ID: item.ID("id", f.ID), Type: f.Type,
		KeyID: item.Word("keyID", f.KeyID), Secret: item.Word("secret", f.Secret), Access: f.Access, Sha256: f.Sha256,
		IssuedAt: item.Time("issuedAt", f.IssuedAt), ExpiresAt: item.Time("expiresAt", f.ExpiresAt),
		RotateAfter: item.Time("rotateAfter", f.RotateAfter), SupersededAt: item.OptionalTime("supersededAt", f.SupersededAt),
	}
	checkType(item, e.Type)
	checkDigest(item, "sha256", e.Sha256)
	if e.Access != "" {
		checkDigest(item, "access", e.Access)
	}
	checkTimes(item, e)
	return e
}

func checkType(item *ledger.Item, name string) {
	var known []string
	for _, t := range tokenset.Types() {
		if t.Name == name {
			return
		}
		known = append(known, t.Name)
	}
	item.Bad("type", fmt.Sprintf("is %s", validate.Quote(name)), "write one of "+strings.Join(known, ", "))
}

func checkDigest(item *ledger.Item, field, value string) {
	if len(value) != digestLength || strings.Trim(value, "0123456789abcdef") != "" {
		item.Bad(field, "is "+diag.Quote(value), fmt.Sprintf("write the first %d hexadecimal digits of the SHA-256, in lower case", digestLength))
	}
}

const digestLength = 16

func checkTimes(item *ledger.Item, e Entry) {
	if e.IssuedAt.IsZero() || e.ExpiresAt.IsZero() {
		return // reported already
	}
	if !e.ExpiresAt.After(e.IssuedAt) {
		item.Bad("expiresAt", "is not after issuedAt", "write when the token ends, as in its claim exp")
		return
	}
	between := func(field string, t time.Time) {
		if !t.IsZero() && (t.Before(e.IssuedAt) || t.After(e.ExpiresAt)) {
			item.Bad(field, "is not between issuedAt and expiresAt", "write a time between them")
		}
	}
	between("rotateAfter", e.RotateAfter)
	between("supersededAt", e.SupersededAt)
}
