package policy

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/validation"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// credentialForms are what credentials look like wherever they stand, and what
// such a thing is called. They are compiled when they are first needed, which a
// render never does.
var credentialForms = sync.OnceValue(func() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"a private key":             regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}|AGE-SECRET-KEY-1[0-9A-Z]{16}`),
		"a JSON Web Token":          regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`),
		"an AWS access key":         regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`),
		"a token of GitHub":         regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})`),
		"a token of GitLab":         regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20}`),
		"a URL with a password":     regexp.MustCompile(`\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@'"]*:([^\s/@'"]+)@[A-Za-z0-9[]`),
		"an HTTP header with a key": regexp.MustCompile(`(?i)\bauthorization:\s*(?:bearer|basic)\s+([A-Za-z0-9+/=._-]{12,})`),
	}
})

// credentials finds secrets in objects that are not Secrets. What they are is not
// repeated.
func credentials(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		// What SOPS or a SealedSecret has encrypted is not readable, and the
		// documentation of definitions is full of examples.
		_, sops := o.Fields["sops"].(map[string]any)
		if sops || o.Kind == "SealedSecret" || o.Kind == "CustomResourceDefinition" || o.Kind == "Secret" && o.Group == "" {
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
		everyText(root(o), func(v value) {
			for _, what := range slices.Sorted(maps.Keys(credentialForms())) {
				if match := credentialForms()[what].FindStringSubmatch(v.text()); match != nil && !isPlaceholder(match[len(match)-1]) {
					report(v, "holds "+what, "")
					return
				}
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
		if validate.SoundsSecret(name) && isLiteral(text) && !namesSecret(name, text) {
			report(at, "holds what sounds secret by its name "+diag.Quote(name), severity)
		}
	}
	for _, w := range workloads([]manifest.Object{o}) {
		for _, c := range w.allContainers() {
			for _, v := range c.at("env").items() {
				check(v.at("value"), v.at("name").text(), v.at("value").text(), "")
			}
			for _, list := range []string{"command", "args"} {
				arguments(c.at(list).items(), check)
			}
		}
	}
	if o.Kind == "ConfigMap" && o.Group == "" {
		for _, v := range root(o).at("data").fields() {
			check(v, v.key(), v.text(), "")
			settings(v, check)
		}
	}
	spec := root(o).at("spec")
	for _, v := range []value{spec.at("values"), spec.at("source", "helm", "valuesObject")} {
		everyText(v, func(text value) { check(text, text.key(), text.text(), diag.Warning) })
	}
	for _, parameter := range spec.at("source", "helm", "parameters").items() {
		check(parameter.at("value"), parameter.at("name").text(), parameter.at("value").text(), diag.Warning)
	}
	settings(spec.at("source", "helm", "values"), check)
}

// arguments reads flags, as in --token=…, --token … and password=….
func arguments(args []value, check func(at value, name, text string, severity diag.Severity)) {
	for i, arg := range args {
		name, text, assigned := strings.Cut(arg.text(), "=")
		flag := strings.HasPrefix(name, "-")
		if assigned && !strings.ContainsAny(name, " \t\n") {
			check(arg, strings.TrimLeft(name, "-"), text, "")
		}
		if !assigned && flag && i+1 < len(args) && !strings.HasPrefix(args[i+1].text(), "-") {
			check(args[i+1], strings.TrimLeft(name, "-"), args[i+1].text(), "")
		}
		settings(arg, check)
	}
}

// settings reads the lines of a configuration file, or of a script.
func settings(of value, check func(at value, name, text string, severity diag.Severity)) {
	if !strings.Contains(of.text(), "\n") {
		return
	}
	for line := range strings.Lines(of.text()) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		end := strings.IndexAny(line, "=:")
		if end <= 0 {
			continue
		}
		name, text := strings.Trim(strings.TrimSpace(line[:end]), `"'`), strings.Trim(strings.TrimSpace(line[end+1:]), `"',;`)
		if !strings.ContainsAny(name, " \t#/(){}[]$") {
			check(of, name, text, "")
		}
	}
}

// isLiteral tells whether text can be a secret itself, rather than a number, one
// word of a few or where a secret is.
func isLiteral(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err != nil && len(text) >= 6 && !strings.ContainsAny(text, " \t\n{}()[]<>|:") && !strings.ContainsAny(text[:1], "/.~") && !isPlaceholder(text)
}

// namesSecret tells whether what is called a secret is, by its form, the name of
// a Secret or of where secrets are, as that of a setting adminSecret often is.
// Secrets that are made of such letters alone have more digits.
func namesSecret(name, text string) bool {
	name = strings.ToLower(name)
	digits := 0
	for _, r := range text {
		if '0' <= r && r <= '9' {
			digits++
		}
	}
	return strings.Contains(name, "secret") && !strings.Contains(name, "pass") && digits < 3 && len(validation.IsDNS1123Subdomain(text)) == 0
}

// isPlaceholder tells whether text stands for something that is put in its place.
func isPlaceholder(text string) bool {
	return strings.IndexAny(text, "$%<{[@") == 0 || strings.Contains(text, "$(") || strings.Contains(text, "${") || strings.Contains(text, "{{") ||
		strings.Trim(text, "*xX.") == "" || strings.HasSuffix(text, "EXAMPLE")
}
