package policy

import (
	"cmp"
	"errors"
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

// unreadLists finds lists of revoked tokens, and records of those that were
// issued, that whoever reads them would refuse.
func unreadLists(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		switch {
		case o.Group != "" || o.Kind != "ConfigMap":
		case naming.IsRevokedTokens(o.Name):
			found = append(found, unreadList(o, revocation.File, func(text []byte) error {
				_, err := revocation.Parse(text)
				return err
			})...)
		case naming.IsIssuedTokens(o.Name):
			found = append(found, unreadList(o, issued.File, func(text []byte) error {
				_, err := issued.Parse(text)
				return err
			})...)
		}
	}
	return found
}

// unreadList is what is wrong with one of the two.
func unreadList(o manifest.Object, key string, parse func([]byte) error) []Finding {
	at := root(o).at("data", key)
	bad := func(message, hint string) Finding {
		return Finding{
			Object: o.ID, Path: at.path, Message: message, Hint: hint,
			Rendered: fmt.Sprintf("renders %s, whose %s %s", o.ID, key, message),
		}
	}
	if _, ok := at.raw.(string); !ok {
		return []Finding{bad("is missing", "restore the file from Git; atticgen token writes it")}
	}
	err := parse([]byte(at.text()))
	var problems diag.List
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &problems):
		return []Finding{bad("cannot be read: "+diag.Escape(err.Error()), "restore the file from Git")}
	}
	var found []Finding
	for _, p := range problems {
		found = append(found, bad(fmt.Sprintf("cannot be read: in line %d, %s %s", p.Line, cmp.Or(p.Path, "it"), p.Message), p.Hint))
	}
	return found
}
