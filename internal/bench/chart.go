package bench

import (
	"fmt"
	"regexp"
	"strings"
)

// A chart as people write them: a template for each object, with the namespace
// of the release, labels from a helper, and the host name, images, resources and
// numbers from the values. What it renders is the manifests again, byte for byte.

var (
	namespaceLine = regexp.MustCompile(`(?m)^( *namespace:) (\S+)$`)
	hostLine      = regexp.MustCompile(`(?m)^ *- host: (\S+)$`)
	imageLine     = regexp.MustCompile(`(?m)^([ -]*(?:image|imageName):) (\S+):([\w.-]+)$`)
	numberLine    = regexp.MustCompile(`(?m)^( *(?:minReplicas|maxReplicas|instances|averageUtilization|revisionHistoryLimit):) (\d+)$`)
	labelLines    = regexp.MustCompile(`(?m)^( *)app\.kubernetes\.io/component: (\S+)\n *app\.kubernetes\.io/instance: (\S+)\n *app\.kubernetes\.io/managed-by: (\S+)\n *app\.kubernetes\.io/name: (\S+)\n *app\.kubernetes\.io/part-of: (\S+)$`)
)

const labelsHelper = `{{- define "labels" -}}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .instance }}
app.kubernetes.io/managed-by: {{ .root.Values.global.managedBy }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: {{ .root.Values.global.partOf }}
{{- end -}}
`

// writeChart makes a chart of manifests and returns the namespace that it is
// meant for.
func writeChart(dir string, list []manifest) (namespace string, err error) {
	c := chart{files: map[string]string{}}
	for _, m := range list {
		if found := namespaceLine.FindStringSubmatch(m.text); found != nil && c.namespace == "" {
			c.namespace = found[2]
		}
		if found := hostLine.FindStringSubmatch(m.text); found != nil && c.host == "" {
			c.host = found[1]
		}
		if found := labelLines.FindStringSubmatch(m.text); found != nil && c.managedBy == "" {
			c.managedBy, c.partOf = found[4], found[6]
		}
	}
	c.values.WriteString("global:\n  host: " + c.host + "\n  managedBy: " + c.managedBy + "\n  partOf: " + c.partOf + "\n")
	for i, m := range list {
		c.add(fmt.Sprintf("object%02d", i), m)
	}
	c.files["Chart.yaml"] = "apiVersion: v2\nname: attic\nversion: 1.0.0\n"
	c.files["values.yaml"] = c.values.String()
	c.files["templates/_labels.tpl"] = labelsHelper
	return c.namespace, writeFiles(dir, c.files)
}

type chart struct {
	namespace, host, managedBy, partOf string

	files  map[string]string
	values strings.Builder
}

// add turns a manifest into a template with values of its own, under a key.
func (c *chart) add(key string, m manifest) {
	text := strings.ReplaceAll(m.text, "{{", `{{ "{{" }}`)
	values := 0
	value := func(format, text string) string {
		values++
		name := fmt.Sprintf("value%d", values)
		if values == 1 {
			fmt.Fprintf(&c.values, "%s:\n", key)
		}
		fmt.Fprintf(&c.values, "  %s:%s\n", name, text)
		return fmt.Sprintf(format, name)
	}
	text = resources(text, value)
	text = replace(imageLine, text, func(m []string) string {
		return m[1] + value(" {{ $own.%s }}:", " "+m[2]) + value("{{ $own.%s }}", fmt.Sprintf(" %q", m[3]))
	})
	text = replace(numberLine, text, func(m []string) string { return m[1] + value(" {{ $own.%s }}", " "+m[2]) })
	text = replace(labelLines, text, func(m []string) string {
		if m[4] != c.managedBy || m[6] != c.partOf {
			return m[0]
		}
		return fmt.Sprintf("%s{{- include \"labels\" (dict \"root\" $ \"component\" %q \"instance\" %q \"name\" %q) | nindent %d }}",
			m[1], m[2], m[3], m[5], len(m[1]))
	})
	text = replace(namespaceLine, text, func(m []string) string {
		if m[2] != c.namespace {
			return m[0]
		}
		return m[1] + " {{ .Release.Namespace }}"
	})
	if c.host != "" {
		text = strings.ReplaceAll(text, c.host, "{{ .Values.global.host }}")
	}
	if values > 0 {
		text = fmt.Sprintf("{{- $own := .Values.%s -}}\n", key) + text
	}
	c.files[fmt.Sprintf("templates/%s-%s.yaml", key, m.name)] = text + "\n"
}

// resources puts every resources: of a container, and what is indented below
// it, into the values.
func resources(text string, value func(format, text string) string) string {
	var out, block []string
	indent := ""
	flush := func() {
		if block == nil {
			return
		}
		format := fmt.Sprintf("%s  {{- toYaml $own.%%s | nindent %d }}", indent, len(indent)+2)
		out = append(out, value(format, "\n"+strings.Join(block, "\n")))
		block = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case block != nil && strings.HasPrefix(line, indent+"  "):
			block = append(block, "    "+line[len(indent)+2:])
			continue
		case trimmed == "resources:":
			flush()
			out = append(out, line)
			indent, block = line[:len(line)-len(trimmed)], []string{}
			continue
		}
		flush()
		out = append(out, line)
	}
	flush()
	return strings.Join(out, "\n")
}

// replace is ReplaceAllStringFunc with the groups of each match.
func replace(pattern *regexp.Regexp, text string, with func(groups []string) string) string {
	return pattern.ReplaceAllStringFunc(text, func(match string) string {
		return with(pattern.FindStringSubmatch(match))
	})
}
