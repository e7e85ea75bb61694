package verify

import (
	"regexp"
	"sync"
)

// withoutValue is what kubeconform says of a value, without the value itself,
// which may be a password. It says nothing where the words are not known.
func withoutValue(message string) string {
	for _, known := range schemaMessages() {
		if place := known.form.FindStringSubmatchIndex(message); place != nil {
			return string(known.form.ExpandString(nil, known.without, message, place))
		}
	}
	return ""
}

type schemaMessage struct {
	form    *regexp.Regexp
	without string
}

// schemaMessages are the forms of messages; what is not in them has no value, but
// names, types, lengths and what the schema says.
var schemaMessages = sync.OnceValue(func() []schemaMessage {
	const quoted = `'(?:[^'\\]|\\.)*'`
	var all []schemaMessage
	for _, m := range []struct{ form, without string }{
		{quoted + ` does not match pattern (` + quoted + `)`, "does not match pattern $1"},
		{`(?:` + quoted + `|\S+) is not valid ([\w-]+): .*`, "is not valid $1"},
		{`value is not (` + quoted + `) encoded: .*`, "is not $1 encoded"},
		{`value is not of mediatype (` + quoted + `): .*`, "is not of mediatype $1"},
		{`((?:exclusive)?[mM](?:ini|axi)mum|multipleOf): got .*, want (\S+)`, "$1: wants $2"},
		{`(?:min|max)(?:Length|Items|Properties): got \d+, want \d+`, "$0"},
		{`got \w+, want [\w ,]+`, "$0"},
		{`value must be .*`, "$0"},
		{`'(?:not|allOf|anyOf|oneOf|const|contentSchema)' failed.*`, "$0"},
		{`missing propert(?:y|ies) .*`, "$0"},
		{`additional properties .* not allowed`, "$0"},
		{`properties .* required, if .* exists`, "$0"},
		{`invalid propertyName .*`, "$0"},
		{`items at \d+ and \d+ are equal`, "$0"},
		{`last \d+ additionalItem\(s\) not allowed`, "$0"},
		{`no items match contains schema`, "$0"},
		{`(?:min|max) \d+ items required to match contains schema, .*`, "$0"},
		{`false schema`, "$0"},
	} {
		all = append(all, schemaMessage{regexp.MustCompile(`(?s)^` + m.form + `$`), m.without})
	}
	return all
})
