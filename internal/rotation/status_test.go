package rotation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

func states(all []rotation.Status) string {
	var b strings.Builder
	for _, s := range all {
		id := "-"
		if s.Entry != nil {
			id = s.Entry.ID
		}
		fmt.Fprintf(&b, "%s %s %s %s\n", s.Name, id, s.State, s.Reason)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func TestStatuses(t *testing.T) {
	s := newState(t, all(t))
	s.run(start(), options()) // ci 1, job 2, laptops 3
	due := start().Add(76 * day)
	s.run(due, options()) // ci 4, laptops 5
	s.revoke("id-003", due)
	s.revoke("id-004", due)
	delete(s.plan.Tokens, "job")
	want := `ci - missing revoked
ci id-004 revoked
ci id-001 superseded
job id-002 orphan
laptops id-005 valid
laptops id-003 revoked
root - missing missing
`
	if diff := cmp.Diff(want, states(rotation.Statuses(s.plan, s.record, s.revoked, due, options()))); diff != "" {
		t.Error(diff)
	}
	late := due.Add(80 * day)
	o := options()
	o.Names, o.Force = []string{"ci"}, true // whatever is asked for, all are listed
	want = `ci - missing revoked
ci id-004 revoked
ci id-001 expired
job id-002 orphan
laptops id-005 due due
laptops id-003 revoked
root - missing missing
`
	got := rotation.Statuses(s.plan, s.record, s.revoked, late, o)
	if diff := cmp.Diff(want, states(got)); diff != "" {
		t.Error(diff)
	}
	if got[4].DueAt != due.Add(76*day) || got[4].Planned == nil || got[3].Planned != nil || got[1].Revocation == nil || got[4].Revocation != nil {
		t.Errorf("got %+v", got)
	}
}
