package helmchart_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func TestUnstableTemplates(t *testing.T) {
	for name, test := range map[string]struct {
		// value is an expression whose result a ConfigMap holds.
		value string
		// function is named in the message; empty when the chart is fine.
		function string
	}{
		"random text":             {`randAlphaNum 16`, "randAlphaNum"},
		"random text of one":      {`randNumeric 1`, "randNumeric"},
		"random bytes":            {`randBytes 16`, "randBytes"},
		"random number":           {`randInt 0 2`, "randInt"},
		"shuffled":                {`shuffle "ab"`, "shuffle"},
		"UUID":                    {`uuidv4`, "uuidv4"},
		"certificate authority":   {`(genCA "demo" 365).Cert | b64enc`, "genCA"},
		"private key":             {`genPrivateKey "ecdsa" | b64enc`, "genPrivateKey"},
		"salted password":         {`htpasswd "user" "password"`, "htpasswd"},
		"bcrypt":                  {`bcrypt "password"`, "bcrypt"},
		"encrypted":               {`encryptAES "secretkey" "text"`, "encryptAES"},
		"today":                   {`now | date "2006-01-02"`, "now"},
		"this year":               {`now.Year`, "now"},
		"today in parentheses":    {`(now).Year`, "now"},
		"today as an argument":    {`dateInZone "2006" now "UTC"`, "now"},
		"order of a map":          {`keys (dict "a" 1 "b" 2) | join ","`, "keys"},
		"piped map":               {`dict "a" 1 "b" 2 | keys | join ","`, "keys"},
		"order in parentheses":    {`(keys (dict "a" 1 "b" 2)) | join ","`, "keys"},
		"order of values":         {`values (dict "a" 1 "b" 2) | join ","`, "values"},
		"first of a map":          {`keys (dict "a" 1 "b" 2) | first`, "keys"},
		"time since":              {`toDate "2006-01-02" "2020-01-01" | ago`, "ago"},
		"time since as argument":  {`print (ago (toDate "2006-01-02" "2020-01-01"))`, "ago"},
		"date of no time":         {`date "2006-01-02" ""`, "date"},
		"piped date of no time":   {`"x" | date "2006-01-02"`, "date"},
		"HTML date of a number":   {`htmlDate 1.5`, "htmlDate"},
		"date in zone of text":    {`dateInZone "2006-01-02" "x" "UTC"`, "dateInZone"},
		"time until now":          {`durationRound (toDate "2006-01-02" "2020-01-01")`, "durationRound"},
		"date of a time":          {`toDate "2006-01-02" "2020-01-01" | date "2006"`, ""},
		"date of seconds":         {`date "2006" (int64 100000000)`, ""},
		"rounded":                 {`durationRound "3h5m"`, ""},
		"few of many":             {`regexMatch "^[0-7]" uuidv4`, "uuidv4"},
		"by its path":             {`include "small/templates/_r.txt" .`, "randInt"},
		"tpl of a value":          {`tpl .Values.clock .`, "now"},
		"tpl of a chart's value":  {`tpl .Values.own .`, "now"},
		"tpl of a file":           {`tpl (.Files.Get "clock.txt") .`, "now"},
		"tpl of quotes":           {`tpl "{{ now.Year }}" .`, "now"},
		"tpl of raw quotes":       {"tpl `{{ date \"2006\" now }}` .", "now"},
		"tpl of escaped quotes":   {`tpl "{{ now | date \"2006\" }}" .`, "now"},
		"tpl of chance":           {`tpl .Values.chance .`, "randInt"},
		"tpl of keys":             {`tpl "{{ keys (dict \"a\" 1 \"b\" 2) | first }}" .`, "keys"},
		"tpl of ago":              {`tpl .Values.ago .`, "ago"},
		"tpl of all values":       {`tpl (.Values.nested | toYaml) . | quote`, "now"},
		"text of a value":         {`print .Values.clock (tpl "same" .)`, ""},
		"text of a file":          {`print (.Files.Get "clock.txt") (tpl "same" .)`, ""},
		"text of ago":             {`print .Values.ago .Values.chance (tpl "same" .)`, ""},
		"text of a date":          {`print (tpl "same" .) "{{ date now }}{{ date }}{{ x | keys }}"`, ""},
		"helper":                  {`include "random" .`, "randAlphaNum"},
		"sorted map":              {`keys (dict "a" 1 "b" 2) | sortAlpha | join ","`, ""},
		"sorted in parentheses":   {`join "," (sortAlpha (keys (dict "a" 1 "b" 2)))`, ""},
		"number of keys":          {`len (keys (dict "a" 1 "b" 2))`, ""},
		"member of keys":          {`has "a" (keys (dict "a" 1 "b" 2))`, ""},
		"map of one":              {`keys (dict "a" 1) | first`, ""},
		"derived password":        {`derivePassword 1 "long" "secret" "user" "example.com"`, ""},
		"digest":                  {`sha256sum "text"`, ""},
		"names in text":           {`printf "%s" "now randAlphaNum keys"`, ""},
		"names as fields":         {`.Values.now | default "no"`, ""},
		"as variables":            {`dict "now" 1 "keys" 2 | toJson`, ""},
		"unused time":             {`now | date "2006-01-02" | len`, ""},
		"not executed":            {`if false }}{{ randAlphaNum 8 }}{{ else }}same{{ end`, ""},
		"raw text with an action": {"print `{{ now }} {{ keys }}`", ""},
		"character":               {`printf "%c" '"' | quote | len`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := chart(map[string]string{
				"templates/one.yaml":      configMap + "data:\n  value: >-\n    {{ " + test.value + " }}\n",
				"templates/_helpers.tpl":  `{{- define "random" -}}{{ randAlphaNum 8 }}{{- end -}}`,
				"templates/unrelated.txt": "{{/* now, uuidv4 */}}",
				"templates/NOTES.txt":     "{{ now }} {{ randAlphaNum 8 }} {{ ago now }}",
				"templates/_r.txt":        `{{ randInt 0 2 }}`,
				"values.yaml":             "own: \"{{ now | date \\\"2006\\\" }}\"\n",
				"clock.txt":               "{{ now.Year }}",
			})
			_, problems := helmchart.Generate(small(func(s *v1alpha1.HelmChartSpec) {
				s.Values = v1alpha1.Values{
					"clock": "{{ now.Year }}", "chance": "{{ randInt 0 2 }}", "ago": "{{ ago now }}",
					"nested": map[string]any{"list": []any{"{{ now.Year }}"}},
				}
			}), files)
			if test.function == "" {
				if len(problems) > 0 {
					t.Error(validate.Errors(problems))
				}
				return
			}
			if len(problems) != 1 || problems[0].Path != "spec.chart" ||
				!strings.Contains(problems[0].Message, `"small/templates/one.yaml"`) || !strings.Contains(problems[0].Message, test.function) {
				t.Errorf("want one problem that names the template and %s, got %+v", test.function, problems)
			}
		})
	}
}

// A template whose rendering fails on other days depends on the clock too.
func TestTemplateThatFailsLater(t *testing.T) {
	_, problems := helmchart.Generate(small(nil), chart(map[string]string{
		"templates/one.yaml": `{{ if lt now.Year 2010 }}{{ fail "too early" }}{{ end }}` + configMap,
	}))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "templates/one.yaml") {
		t.Errorf("%+v", problems)
	}
}

// A template that is included by its path gives what it likes there.
func TestUnstableTemplateIncludedByPath(t *testing.T) {
	_, problems := helmchart.Generate(small(nil), chart(map[string]string{
		"templates/one.yaml":   configMap + `data: {value: '{{ include (print .Template.BasePath "/other.yaml") (dict "asked" true) }}'}`,
		"templates/other.yaml": `{{ if .asked }}{{ randInt 0 2 }}{{ end }}`,
	}))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "templates/one.yaml") {
		t.Errorf("%+v", problems)
	}
}

// What nobody applies may be random.
func TestRandomTestsAreFine(t *testing.T) {
	generate(t, small(nil), chart(map[string]string{
		"templates/one.yaml":        configMap,
		"templates/tests/test.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: t-{{ randAlpha 5 | lower }}\n  annotations: {helm.sh/hook: test}\n",
	}))
}

func TestSameEachTime(t *testing.T) {
	var first []map[string]any
	for range 5 {
		var all []map[string]any
		for _, o := range generate(t, demoSpec(v1alpha1.Release{}), memory{chart: demoFiles(t)}) {
			all = append(all, fieldsOf(t, o))
		}
		if first == nil {
			first = all
		}
		if diff := cmp.Diff(first, all); diff != "" {
			t.Fatal(diff)
		}
	}
}
