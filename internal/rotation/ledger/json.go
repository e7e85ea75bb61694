package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

const (
	// maxDepth is that of an item's field, and some more, so that the message is
	// about the field.
	maxDepth = 8
	// maxDiagnostics is how many errors are reported. Nobody reads more.
	maxDiagnostics = 100
)

// reader turns JSON into nodes that know where they were written.
type reader struct {
	file string
	// place is where a line and column of the text are in the file.
	place func(line, column int) (int, int)

	data    []byte
	decoder *json.Decoder
	diags   diag.List
	// offset is how far line and column have been counted.
	offset, line, column int
}

func (r reader) read(data []byte) (*load.Node, diag.List) {
	r.data, r.line, r.column = data, 1, 1
	if len(data) > MaxBytes {
		return nil, diag.List{diag.New(r.file, "has %d bytes, more than the %d that are read", len(data), MaxBytes)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		d := diag.New(r.file, "is empty, and no list")
		d.Line, d.Column = r.place(1, 1)
		d.Hint = "restore the file from Git"
		return nil, diag.List{d}
	}
	if offset, ok := invalidUTF8(data); ok {
		return nil, diag.List{r.broken(offset, "has a byte that is not UTF-8", "save the file as UTF-8")}
	}
	// The tokens below are checked less strictly.
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		offset := len(data)
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = int(syntax.Offset) - 1
		}
		return nil, diag.List{r.broken(offset, "is no JSON: "+err.Error(), "mend it here, or restore the file from Git")}
	}
	r.decoder = json.NewDecoder(bytes.NewReader(data))
	r.decoder.UseNumber()
	root, err := r.value(1)
	if err != nil {
		return nil, diag.List{diag.New(r.file, "is no JSON: %v", err)}
	}
	return root, r.diags
}

func invalidUTF8(data []byte) (int, bool) {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i, true
		}
		i += size
	}
	return 0, false
}

func (r *reader) broken(offset int, message, hint string) diag.Diagnostic {
	d := diag.New(r.file, "%s", message)
	d.Line, d.Column = r.at(max(offset, 0))
	d.Hint = hint
	return d
}

// at is where an offset is, which is never before one that was asked for earlier.
func (r *reader) at(offset int) (line, column int) {
	for r.offset < min(offset, len(r.data)) {
		c, size := utf8.DecodeRune(r.data[r.offset:])
		r.offset += size
		r.column++
		if c == '\n' {
			r.line, r.column = r.line+1, 1
		}
	}
	return r.place(r.line, r.column)
}

// next is the next token, and where it begins.
func (r *reader) next() (token json.Token, line, column int, err error) {
	start := int(r.decoder.InputOffset())
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	line, column = r.at(start)
	token, err = r.decoder.Token()
	return token, line, column, err
}

func (r *reader) value(depth int) (*load.Node, error) {
	token, line, column, err := r.next()
	if err != nil {
		return nil, err
	}
	n := &load.Node{File: r.file, Line: line, Column: column}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d levels deep", maxDepth)
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			n.Kind = load.Map
			err = r.entries(n, depth)
		} else {
			n.Kind = load.List
			err = r.items(n, depth)
		}
	case string:
		n.Kind, n.Value = load.Scalar, token
	case json.Number:
		n.Kind, n.Value, n.Plain = load.Scalar, token.String(), true
	case bool:
		n.Kind, n.Value, n.Plain = load.Scalar, fmt.Sprint(token), true
	default:
		n.Kind, n.Value = load.Null, "null"
	}
	return n, err
}

func (r *reader) items(n *load.Node, depth int) error {
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	_, err := r.decoder.Token() // ]
	return err
}

func (r *reader) entries(n *load.Node, depth int) error {
	seen := map[string]bool{}
	for r.decoder.More() {
		key, line, column, err := r.next()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if seen[name] && len(r.diags) < maxDiagnostics {
			d := diag.New(r.file, "the field %s is there twice", diag.Quote(name))
			d.Line, d.Column, d.Hint = line, column, "keep one of the two"
			r.diags = append(r.diags, d)
		}
		seen[name] = true
		n.Entries = append(n.Entries, load.Entry{Key: name, KeyLine: line, KeyColumn: column, Value: value})
	}
	_, err := r.decoder.Token() // }
	return err
}
