package policy

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"sync"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// form is what one kind of credential looks like.
type form struct {
	what string
	is   *regexp.Regexp
}

// credentialForms are what credentials look like wherever they stand, in the
// order in which they are looked for. They are compiled when they are first
// needed, which a render never does.
var credentialForms = sync.OnceValue(func() []form {
	return []form{
		{"a JSON Web Token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)},
		{"a URL with a password", regexp.MustCompile(`\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@'"]*:([^\s/@'"]+)@[A-Za-z0-9[]`)},
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}|AGE-SECRET-KEY-1[0-9A-Z]{16}`)},
		{"a token of GitHub", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})`)},
		{"a token of GitLab", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20}`)},
		{"a token of Slack", regexp.MustCompile(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`)},
		{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)},
		{"an HTTP header with a key", regexp.MustCompile(`(?i)\bauthorization['"]?\s*[:=]\s*['"]?(?:bearer|basic)\s+([A-Za-z0-9+/=._-]{12,})`)},
	}
})

// credentials finds secrets in objects that are not Secrets. What they are is not
// repeated.
func credentials(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		// The documentation of definitions is full of examples.
		if o.Kind == "CustomResourceDefinition" {
			continue
		}
		report := func(at value, what string, severity diag.Severity) {
			// One finding for a field is enough.
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.Object == o.ID && slices.Equal(f.Path, at.path) }) {
				found = append(found, Finding{
					Object: o.ID, Path: at.path, Severity: severity,
					Message: what + ", which whoever can read the repository can read",
					Hint:    "take it from a Secret, and replace the one that was written here: it is in the history",
				})
			}
		}
		everyText(legible(o), func(v value) {
			if what, ok := credentialIn(v.text()); ok {
				report(v, "holds "+what, "")
			}
		})
		named(o, report)
	}
	return found
}

// HoldsCredential tells whether an object has something that nobody must see, by
// the rules plain-secret and plain-credential.
func HoldsCredential(o manifest.Object) bool {
	in := Input{Objects: []manifest.Object{o}}
	return len(plainSecrets(in)) > 0 || len(credentials(in)) > 0
}

// credentialIn is what a text has in it that looks like a credential.
func credentialIn(text string) (string, bool) {
	for _, f := range credentialForms() {
		if match := f.is.FindStringSubmatch(text); match != nil && !isPlaceholder(match[len(match)-1]) {
			return f.what, true
		}
	}
	return "", false
}

// legible is an object without the values that are checked elsewhere, or that
// nobody can read: those of a Secret are for [plainSecrets], and a SealedSecret
// has a field of encrypted ones.
func legible(o manifest.Object) value {
	without := func(fields map[string]any, keys ...string) map[string]any {
		fields = maps.Clone(fields)
		for _, key := range keys {
			delete(fields, key)
		}
		return fields
	}
	switch o.Group + "/" + o.Kind {
	case "/Secret":
		return value{raw: without(o.Fields, "data", "stringData")}
	case "bitnami.com/SealedSecret":
		fields := without(o.Fields)
		if spec, ok := fields["spec"].(map[string]any); ok {
			fields["spec"] = without(spec, "encryptedData")
		}
		return value{raw: fields}
	default:
		return root(o)
	}
}

// everyText visits all texts within a value.
func everyText(v value, visit func(value)) {
	if v.text() != "" {
		visit(v)
	}
	for _, item := range v.items() {
		everyText(item, visit)
	}
	for _, item := range v.fields() {
		everyText(item, visit)
	}
}

// named finds values that are secret by what they are called: variables and
// arguments of containers, settings in ConfigMaps, and the values of charts.
func named(o manifest.Object, report func(at value, what string, severity diag.Severity)) {
	check := func(at value, name, text string, severity diag.Severity) {
		if isCredential(name, text) {
			report(at, "holds what sounds secret by its name "+diag.Quote(name), severity)
		}
	}
	entries := func(of value, decode bool) {
		for _, v := range of.fields() {
			text := v.text()
			if decode {
				data, _ := base64.StdEncoding.DecodeString(text)
				text = string(data)
				if what, ok := credentialIn(text); ok {
					report(v, "holds "+what, "")
				}
			}
			check(v, v.key(), text, "")
			settings(v, text, check)
		}
	}
	for _, w := range workloads([]manifest.Object{o}) {
		for _, c := range w.allContainers() {
			for _, v := range c.at("env").items() {
				check(v.at("value"), v.at("name").text(), v.at("value").text(), "")
				settings(v.at("value"), v.at("value").text(), check)
			}
			for _, list := range []string{"command", "args"} {
				arguments(c.at(list).items(), check)
			}
		}
	}
	spec := root(o).at("spec")
	switch o.Group + "/" + o.Kind {
	case "/ConfigMap":
		entries(root(o).at("data"), false)
		entries(root(o).at("binaryData"), true)
	case "bitnami.com/SealedSecret":
		entries(spec.at("template", "data"), false)
	case "external-secrets.io/ExternalSecret":
		entries(spec.at("target", "template", "data"), false)
	case "external-secrets.io/ClusterExternalSecret":
		entries(spec.at("externalSecretSpec", "target", "template", "data"), false)
	case "external-secrets.io/PushSecret":
		entries(spec.at("template", "data"), false)
	}
	for _, v := range []value{spec.at("values"), spec.at("source", "helm", "valuesObject")} {
		everyText(v, func(text value) { check(text, text.key(), text.text(), diag.Warning) })
	}
	for _, parameter := range spec.at("source", "helm", "parameters").items() {
		check(parameter.at("value"), parameter.at("name").text(), parameter.at("value").text(), diag.Warning)
	}
	helm := spec.at("source", "helm", "values")
	settings(helm, helm.text(), check)
}
