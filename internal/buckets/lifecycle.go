package buckets

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// rule is a lifecycle rule of our own.
type rule struct {
	XMLName     xml.Name     `xml:"Rule"`
	ID          string       `xml:"ID"`
	Status      string       `xml:"Status"`
	Prefix      string       `xml:"Filter>Prefix"` // Empty: every object.
	OldVersions *oldVersions `xml:"NoncurrentVersionExpiration"`
	Expiration  *expiration  `xml:"Expiration"`
	Transition  *transition  `xml:"Transition"`
	Uploads     *uploads     `xml:"AbortIncompleteMultipartUpload"`
	detail      string
}

type oldVersions struct {
	Days int32 `xml:"NoncurrentDays"`
}

// expiration takes away the markers that stand for deleted objects when nothing
// is left under them.
type expiration struct {
	DeleteMarkers bool `xml:"ExpiredObjectDeleteMarker"`
}

type transition struct {
	Days  int32  `xml:"Days"`
	Class string `xml:"StorageClass"`
}

type uploads struct {
	Days int32 `xml:"DaysAfterInitiation"`
}

const (
	ruleOn  = "Enabled"
	ruleOff = "Disabled"
)

// rules are those that a bucket has or had by our doing. One that is not wanted
// is off.
func rules(l objectstore.DesiredLifecycle) []rule {
	return []rule{
		newRule(objectstore.RuleOldVersions, l.OldVersionsDays, rule{
			OldVersions: &oldVersions{Days: l.OldVersionsDays},
			Expiration:  &expiration{DeleteMarkers: true},
			detail:      fmt.Sprintf("old versions go after %d days", l.OldVersionsDays),
		}),
		newRule(objectstore.RuleInfrequentAccess, l.InfrequentAccessDays, rule{
			Transition: &transition{Days: l.InfrequentAccessDays, Class: l.StorageClass},
			detail:     fmt.Sprintf("%s after %d days", l.StorageClass, l.InfrequentAccessDays),
		}),
		newRule(objectstore.RuleIncompleteUploads, l.AbortIncompleteUploadsDays, rule{
			Uploads: &uploads{Days: l.AbortIncompleteUploadsDays},
			detail:  fmt.Sprintf("incomplete uploads go after %d days", l.AbortIncompleteUploadsDays),
		}),
	}
}

func newRule(id string, days int32, r rule) rule {
	r.ID, r.Status = id, ruleOn
	if days == 0 {
		r.Status, r.detail = ruleOff, "off"
	}
	return r
}

// lifecycle is what the bucket has.
type lifecycle struct {
	rules []storedRule
	// smallest is Amazon's word on which objects are too small to move. It is
	// set anew with the rules, so it goes back as it came.
	smallest string
}

// storedRule is a rule of the store, and the text of it, for those that are not
// ours.
type storedRule struct {
	ID   string `xml:"ID"`
	Text string `xml:",innerxml"`
}

const headerSmallest = "X-Amz-Transition-Default-Minimum-Object-Size"

func (c *client) lifecycle(ctx context.Context) (lifecycle, error) {
	a, err := c.send(ctx, request{method: http.MethodGet, about: "lifecycle", needs: "s3:GetLifecycleConfiguration"})
	if isAbsent(err) {
		return lifecycle{}, nil
	}
	if err != nil {
		return lifecycle{}, err
	}
	var stored struct {
		Rules []storedRule `xml:"Rule"`
	}
	if err := xml.Unmarshal(a.body, &stored); err != nil {
		return lifecycle{}, fmt.Errorf("the answer %s is not a list of lifecycle rules; check that the endpoint is that of the S3 API", c.shown(a.body))
	}
	return lifecycle{rules: stored.Rules, smallest: a.header.Get(headerSmallest)}, nil
}

// ensureRule makes one rule be as it should be, so that a store that knows some
// kinds of rules and not others gets those it knows.
func (c *client) ensureRule(ctx context.Context, want rule) (Outcome, error) {
	have, err := c.lifecycle(ctx)
	if want.Status == ruleOff && isUnsupported(err) {
		return Outcome{Action: Unchanged, Detail: want.detail}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	stored, exists := have.find(want.ID)
	if want.Status == ruleOff && (!exists || leaves(stored.Text)["Status"] == ruleOff) || exists && want.is(stored) {
		return Outcome{Action: Unchanged, Detail: want.detail}, nil
	}
	if err := c.writeRule(ctx, have, stored, want); err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Action: Created, Detail: want.detail}
	if exists {
		outcome.Action = Changed
	}
	return outcome, c.settled(ctx, func(ctx context.Context) (bool, error) {
		now, err := c.lifecycle(ctx)
		stored, exists := now.find(want.ID)
		if want.Status == ruleOff {
			return !exists || leaves(stored.Text)["Status"] == ruleOff, err
		}
		return exists && want.is(stored), err
	})
}

// writeRule puts a rule in the place of the one of its id, or after the others.
func (c *client) writeRule(ctx context.Context, have lifecycle, old storedRule, want rule) error {
	text, err := want.text(old)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<LifecycleConfiguration xmlns=%q>", namespace)
	placed := false
	for _, r := range have.rules {
		switch {
		case r.ID != want.ID:
			fmt.Fprintf(&b, "<Rule>%s</Rule>", r.Text)
		case !placed:
			b.WriteString(text)
			placed = true
		}
	}
	if !placed {
		b.WriteString(text)
	}
	b.WriteString("</LifecycleConfiguration>")
	r := request{method: http.MethodPut, about: "lifecycle", body: b.Bytes(), needs: "s3:PutLifecycleConfiguration"}
	if have.smallest != "" {
		r.header = http.Header{headerSmallest: {have.smallest}}
	}
	_, err = c.send(ctx, r)
	if f, ok := errors.AsType[*failure](err); ok && slices.Contains(misunderstood, f.code) {
		f.unknown = true
	}
	return err
}

// text is the rule as it is written. One that is switched off stays as it was
// but for that, because a rule of zero days is none.
func (r rule) text(old storedRule) (string, error) {
	if r.Status == ruleOff {
		return "<Rule>" + strings.Replace(old.Text, "<Status>"+ruleOn+"</Status>", "<Status>"+ruleOff+"</Status>", 1) + "</Rule>", nil
	}
	text, err := xml.Marshal(r)
	return string(text), err
}

// is tells whether the store has the rule as it is here.
func (r rule) is(stored storedRule) bool {
	text, err := r.text(stored)
	return err == nil && maps.Equal(leaves(text), leaves("<Rule>"+stored.Text+"</Rule>"))
}

func (l lifecycle) find(id string) (storedRule, bool) {
	for _, r := range l.rules {
		if r.ID == id {
			return r, true
		}
	}
	return storedRule{}, false
}

// leaves are the values in a piece of XML by the names of the elements around
// them. Stores write elements in another order, leave empty ones out, and add
// those that say what holds anyway.
func leaves(text string) map[string]string {
	out := map[string]string{}
	var path []string
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if value := strings.TrimSpace(string(t)); value != "" && value != "0" && value != "false" {
				out[strings.Join(path, ".")] += value
			}
		}
	}
}
