package buckets

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
	strictjson "sigs.k8s.io/json"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// maxInput is the size of a ConfigMap, which is where the document comes from.
const maxInput = 1 << 20

// ReadDesired reads a bucket in the form in which the generator writes it: one
// JSON object of at most 1 MiB with every field. Unknown, repeated and missing
// fields, bad values and anything after the object are errors. The error is a
// [diag.List] without a file, unless r itself fails.
func ReadDesired(r io.Reader) (objectstore.DesiredBucket, error) {
	var d objectstore.DesiredBucket
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return d, fmt.Errorf("cannot read the bucket: %w", err)
	}
	if len(data) > maxInput {
		return d, diag.List{diag.New("", "is larger than 1 MiB")}
	}
	if err := decode(data, &d).Err(); err != nil {
		return d, err
	}
	return d, check(d).Err()
}

// decode reads JSON strictly. Field names count with their case, and each once.
func decode(data []byte, into *objectstore.DesiredBucket) diag.List {
	// What is not written would be zero, and zero means something.
	absent := missing(data)
	wrong, err := strictjson.UnmarshalStrict(data, into, strictjson.DisallowUnknownFields, strictjson.DisallowDuplicateFields)
	if err != nil {
		return diag.List{undecodable(data, err)}
	}
	var problems diag.List
	for _, err := range wrong {
		problems = append(problems, diag.Diagnostic{Message: "has the " + cut(err.Error()), Hint: "every field is written once, and is one that the generator writes"})
	}
	return append(problems, absent...)
}

// missing are the fields that a document does not have. What is no document at
// all is reported by decoding it.
func missing(data []byte) diag.List {
	var have struct {
		Bucket     *string `json:"bucket"`
		MaxSize    *string `json:"maxSize"`
		Versioning *bool   `json:"versioning"`
		Encryption *string `json:"encryption"`
		Lifecycle  *struct {
			OldVersionsDays            *int32  `json:"oldVersionsDays"`
			InfrequentAccessDays       *int32  `json:"infrequentAccessDays"`
			StorageClass               *string `json:"storageClass"`
			AbortIncompleteUploadsDays *int32  `json:"abortIncompleteUploadsDays"`
		} `json:"lifecycle"`
	}
	if strictjson.UnmarshalCaseSensitivePreserveInts(data, &have) != nil {
		return nil
	}
	var problems diag.List
	need := func(path string, is bool) {
		if !is {
			problems = append(problems, diag.Diagnostic{Path: path, Message: "is missing", Hint: "write every field that the generator writes"})
		}
	}
	need("bucket", have.Bucket != nil)
	need("maxSize", have.MaxSize != nil)
	need("versioning", have.Versioning != nil)
	need("encryption", have.Encryption != nil)
	need("lifecycle", have.Lifecycle != nil)
	if l := have.Lifecycle; l != nil {
		need("lifecycle.oldVersionsDays", l.OldVersionsDays != nil)
		need("lifecycle.infrequentAccessDays", l.InfrequentAccessDays != nil)
		need("lifecycle.storageClass", l.StorageClass != nil)
		need("lifecycle.abortIncompleteUploadsDays", l.AbortIncompleteUploadsDays != nil)
	}
	return problems
}

func undecodable(data []byte, err error) diag.Diagnostic {
	d := diag.Diagnostic{Message: "is not one JSON object: " + cut(err.Error()), Hint: "write it as the generator does"}
	if isSyntax, offset := strictjson.SyntaxErrorOffset(err); isSyntax {
		// The offset counts the character that is wrong.
		before := data[:max(min(int(offset)-1, len(data)), 0)]
		d.Line = 1 + bytes.Count(before, []byte("\n"))
		d.Column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	}
	return d
}

// check says what no store could be, by the rules that specs have too. What is
// only unwise was said when the spec was rendered.
func check(d objectstore.DesiredBucket) diag.List {
	var (
		p        validate.Problems
		problems diag.List
		root     *field.Path
	)
	objectstore.ValidateDesired(&p, root, d)
	for _, problem := range p.List() {
		if problem.Severity == validate.Error {
			problems = append(problems, diag.Diagnostic{Path: problem.Path, Message: problem.Message, Hint: problem.Hint})
		}
	}
	return problems
}
