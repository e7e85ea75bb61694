package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// revokeChoice finds the tokens that somebody means.
type revokeChoice struct {
	options *revokeOptions
	set     *estate.Set
	record  issued.Record
	list    revocation.List
	now     time.Time
	// about is how a command is told of the set.
	about string
	// inUse says of which names the token in use is among those that were found.
	inUse []string
}

// of is the tokens of arguments, flags and a token that somebody has.
func (c *revokeChoice) of(args []string, leaked *seenToken) ([]revocation.Entry, error) {
	var wanted []revocation.Entry
	if c.options.superseded {
		return c.superseded(args)
	}
	for _, arg := range args {
		found, err := c.meant(arg)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, found...)
	}
	for _, name := range c.options.allOf {
		found, err := c.named(name)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, found...)
	}
	if leaked != nil {
		entry, err := c.leaked(*leaked)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, entry)
	}
	return wanted, nil
}

// meant are the tokens of an argument: the one of an ID, or all of a name.
func (c *revokeChoice) meant(arg string) ([]revocation.Entry, error) {
	if entry, ok := c.record.Find(arg); ok {
		return []revocation.Entry{revoking(entry)}, nil
	}
	if c.options.subject != "" && len(c.record.Named(arg)) == 0 {
		return []revocation.Entry{{ID: arg, Subject: c.options.subject}}, nil
	}
	return c.named(arg)
}

// named are all tokens of a name that are valid.
func (c *revokeChoice) named(name string) ([]revocation.Entry, error) {
	var found []revocation.Entry
	used := false
	for _, entry := range c.record.Live(name, c.now) {
		found = append(found, revoking(entry))
		used = used || !c.list.Has(entry.ID) && !c.hasSuccessor(entry)
	}
	if len(found) == 0 {
		return nil, c.unknown(name)
	}
	if used {
		c.inUse = append(c.inUse, fmt.Sprintf("%s: the token in use is among them; its clients need the one that atticgen token rotate --due %s issues. To revoke only those that have a successor, write --superseded.", name, c.about))
	}
	return found, nil
}

// superseded are the tokens that have a successor, of some names or of all. A name
// that has none is refused: whoever names it takes it for replaced.
func (c *revokeChoice) superseded(names []string) ([]revocation.Entry, error) {
	all := len(names) == 0
	if all {
		names = c.known()
	}
	var wanted []revocation.Entry
	for _, name := range names {
		live := c.record.Live(name, c.now)
		if _, isID := c.record.Find(name); isID {
			return nil, &failure{code: ExitUsage, err: fmt.Errorf("--superseded goes with names, and %s is an ID; remove one of them", diag.Quote(name))}
		}
		if len(live) == 0 {
			return nil, c.unknown(name)
		}
		before := len(wanted)
		for _, entry := range live {
			if c.hasSuccessor(entry) {
				wanted = append(wanted, revoking(entry))
			}
		}
		if len(wanted) == before && !all {
			return nil, fmt.Errorf("%s: token %s has no successor, and its clients use it; issue one first with atticgen token rotate %s %s, or revoke it without --superseded", c.set, diag.Quote(name), c.about, shellQuoted(name))
		}
	}
	return wanted, nil
}

// hasSuccessor tells whether a valid token has been replaced: the record says so,
// or has a newer one of its name, as after two branches with one each.
func (c *revokeChoice) hasSuccessor(entry issued.Entry) bool {
	if entry.Superseded() {
		return true
	}
	live := c.record.Live(entry.Name, c.now)
	at := slices.IndexFunc(live, func(e issued.Entry) bool { return e.ID == entry.ID })
	return slices.ContainsFunc(live[at+1:], func(e issued.Entry) bool { return !e.Superseded() && !c.list.Has(e.ID) })
}

// known are the names that have a valid token, sorted.
func (c *revokeChoice) known() []string {
	var names []string
	for _, entry := range c.record.Entries() {
		if entry.Live(c.now) && !slices.Contains(names, entry.Name) {
			names = append(names, entry.Name)
		}
	}
	return names
}

func (c *revokeChoice) unknown(name string) error {
	hint := "no token of it is valid"
	if known := c.known(); len(known) > 0 {
		hint = "there are " + strings.Join(known, ", ")
	}
	return fmt.Errorf("%s has no valid token with the name or ID %s: %s; a token that is in no record is revoked with --token, or with its ID and --subject", c.set, diag.Quote(name), hint)
}

func revoking(e issued.Entry) revocation.Entry {
	return revocation.Entry{ID: e.ID, Subject: e.Subject, Name: e.Name, ExpiresAt: e.ExpiresAt}
}

// seenToken is a token that somebody has, and its text.
type seenToken struct {
	token.Parsed

	text string
}

// leaked is the entry of a token that somebody has. One that was made up with the
// ID of another must not take that one's place on the list.
func (c *revokeChoice) leaked(t seenToken) (revocation.Entry, error) {
	id, subject := t.ID, t.Subject
	if id == "" {
		id = revocation.Digest(t.text)
	}
	if entry, ok := c.record.Find(id); ok {
		if entry.Sha256 != token.Digest(t.text) {
			return revocation.Entry{}, fmt.Errorf("the token has the ID of token %s and is another one, so that it was made up; if %s is to be revoked, name it", diag.Quote(entry.Name), diag.Quote(entry.Name))
		}
		return revoking(entry), nil
	}
	if c.options.subject != "" {
		subject = c.options.subject
	}
	if subject == "" {
		return revocation.Entry{}, errors.New("the token does not say whom it is for (sub); say so with --subject")
	}
	return revocation.Entry{ID: id, Subject: subject, ExpiresAt: t.ExpiresAt}, nil
}
