package token

import (
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// readAccess reads what is allowed for which caches. Where a pattern is there
// twice, the later permissions take the place of the earlier ones, where those
// stood: so does the server.
func readAccess(caches *fields) (Access, error) {
	access := Access{}
	at := map[string]int{}
	for _, m := range caches.members {
		if !cachename.IsPattern(m.key) {
			return nil, malformed("%s of its caches is no name or pattern of caches", validate.Quote(m.key))
		}
		p, err := readPermissions(m)
		if err != nil {
			return nil, err
		}
		if i, again := at[m.key]; again {
			access[i].Permissions = p
			continue
		}
		at[m.key] = len(access)
		access = append(access, Grant{Pattern: m.key, Permissions: p})
	}
	return access, nil
}

// readPermissions reads what is allowed for one of the caches. A permission that
// is neither 0 nor 1 as an integer makes the server refuse the whole token; one
// that it does not know is nothing to it.
func readPermissions(m member) (Permissions, error) {
	o, err := split(validate.Quote(m.key), m.value)
	if err != nil {
		return Permissions{}, err
	}
	var p Permissions
	for _, one := range permissions() {
		value, ok := o.take(one.claim)
		if !ok {
			continue
		}
		if given := string(value); given != "0" && given != "1" {
			o.fail(one.claim, "is neither 0 nor 1")
		} else {
			*one.of(&p) = given == "1"
		}
	}
	return p, o.err
}
