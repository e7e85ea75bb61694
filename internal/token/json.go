package token

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// maxDepth is how deep the server reads objects and arrays in each other.
const maxDepth = 127

// fields are the members of a JSON object, in their order, and what was wrong
// with the first that was read amiss. Names count to the letter; a name that is
// read must not be there twice; what nobody reads is ignored.
type fields struct {
	where   string
	members []member
	err     error
}

type member struct {
	key   string
	value json.RawMessage
}

// readObject reads a text that is one JSON object.
func readObject(where string, data []byte) (*fields, error) {
	if !readable(data) {
		return nil, malformed("its %s is no JSON that the server reads", where)
	}
	return split(where, data)
}

// split takes an object apart whose text is readable.
func split(where string, data []byte) (*fields, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, malformed("%s is no JSON object", where)
	}
	o := &fields{where: where}
	for d.More() {
		key, _ := d.Token()
		name, ok := key.(string)
		m := member{key: name}
		if !ok || d.Decode(&m.value) != nil {
			return nil, malformed("%s is no JSON object", where)
		}
		o.members = append(o.members, m)
	}
	return o, nil
}

// readable tells whether a text is JSON as the server reads it: in UTF-8, without
// halves of surrogate pairs, not nested too deep, and with numbers that are not
// too large for a float.
func readable(data []byte) bool {
	if !utf8.Valid(data) || !json.Valid(data) || hasHalfPair(data) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return true // The text is valid, so this is its end.
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
		case json.Number:
			if _, err := token.Float64(); err != nil {
				return false
			}
		}
		if depth > maxDepth {
			return false
		}
	}
}

// hasHalfPair tells whether valid JSON has a \u escape that is half a surrogate
// pair without the other half. Go reads it as U+FFFD, the server not at all.
func hasHalfPair(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		i++
		if data[i] != 'u' {
			continue
		}
		r := escaped(data[i+1:])
		i += 4
		switch {
		case r >= 0xdc00 && r <= 0xdfff:
			return true
		case r >= 0xd800 && r < 0xdc00:
			if !bytes.HasPrefix(data[i+1:], []byte(`\u`)) {
				return true
			}
			if low := escaped(data[i+3:]); low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		}
	}
	return false
}

// escaped is the number of four hex digits that a text begins with.
func escaped(data []byte) uint64 {
	n, _ := strconv.ParseUint(string(data[:4]), 16, 32)
	return n
}

// fail notes what is wrong with a member, unless something is already.
func (o *fields) fail(name, problem string) {
	if o.err == nil {
		o.err = malformed("%s of its %s %s", validate.Quote(name), o.where, problem)
	}
}

// take is the value of a member.
func (o *fields) take(name string) (value json.RawMessage, ok bool) {
	for _, m := range o.members {
		if m.key != name {
			continue
		}
		if ok {
			o.fail(name, "is there twice")
		}
		value, ok = m.value, true
	}
	return value, ok
}

// text is a member that has to be a string.
func (o *fields) text(name string) string {
	value, ok := o.take(name)
	if !ok {
		o.fail(name, "is missing")
		return ""
	}
	return o.decodeText(name, value)
}

// optionalText is a member that is a string, or null, or missing.
func (o *fields) optionalText(name string) string {
	value, ok := o.take(name)
	if !ok || string(value) == "null" {
		return ""
	}
	return o.decodeText(name, value)
}

// decodeText is the string of a value.
func (o *fields) decodeText(name string, value json.RawMessage) string {
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		o.fail(name, "is no string")
	}
	return text
}

// textList is the strings of an array.
func (o *fields) textList(name string, value json.RawMessage) []string {
	var list []json.RawMessage
	if value[0] != '[' || json.Unmarshal(value, &list) != nil {
		o.fail(name, "is no list of strings")
		return nil
	}
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = o.decodeText(name, one)
	}
	return texts
}

// textOrList is a string, or the strings of an array.
func (o *fields) textOrList(name string, value json.RawMessage) []string {
	if value[0] == '"' {
		return []string{o.decodeText(name, value)}
	}
	return o.textList(name, value)
}

// time is a member that is a number of seconds; fractions are cut off. It is zero
// when the member is missing.
func (o *fields) time(name string) time.Time {
	value, ok := o.take(name)
	if !ok {
		return time.Time{}
	}
	if seconds, err := strconv.ParseUint(string(value), 10, 63); err == nil {
		return unix(int64(seconds))
	}
	seconds, err := strconv.ParseFloat(string(value), 64)
	switch {
	case err != nil:
		o.fail(name, "is no number of seconds")
		return time.Time{}
	case seconds < 0:
		o.fail(name, "is below zero")
		return time.Time{}
	}
	return unix(int64(min(seconds, lastSecond)))
}

// object is a member that has to be an object.
func (o *fields) object(name string) *fields {
	value, ok := o.take(name)
	if !ok {
		o.fail(name, "is missing")
		return &fields{}
	}
	inner, err := split(strconv.Quote(name), value)
	if err != nil {
		o.fail(name, "is no JSON object")
		return &fields{}
	}
	return inner
}
