package bench

import (
	"fmt"
	"strings"
)

// components are how many parts the charts of releases have. There are three
// templates to each, so that a chart is as large as those of common operators and
// servers.
const components = 20

// releaseChart is a chart of the usual makings: templates that range over values,
// named templates within named templates, one template's digest in another,
// text from values that is a template too, and a custom resource definition. Its
// templates write YAML as atticgen does, so that texts can be compared.
func releaseChart(name string) map[string]string {
	files := map[string]string{
		"Chart.yaml":             "apiVersion: v2\nappVersion: \"4.5\"\nname: " + name + "\nversion: " + releaseVersion + "\n",
		"crds/widgets.yaml":      strings.ReplaceAll(releaseDefinition, "NAME", name),
		"templates/_helpers.tpl": releaseHelpers,
	}
	var values strings.Builder
	values.WriteString(releaseValues)
	for i := range components {
		part := fmt.Sprintf("part%02d", i+1)
		values.WriteString(strings.ReplaceAll(partValues, "PART", part))
		for kind, text := range map[string]string{"configmap": partConfigMap, "deployment": partDeployment, "service": partService} {
			files["templates/"+part+"-"+kind+".yaml"] = strings.ReplaceAll(text, "PART", part)
		}
	}
	files["values.yaml"] = values.String()
	return files
}

const releaseVersion = "1.0.0"

const releaseHelpers = `{{- define "fullname" -}}
{{- printf "%s-%s" .root.Release.Name .part | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .part }}
{{- end -}}
{{- define "metadata" -}}
labels:
  app.kubernetes.io/component: {{ .part }}
  {{- include "selector" . | nindent 2 }}
  helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
name: {{ include "fullname" . }}
namespace: {{ .root.Release.Namespace }}
{{- end -}}
{{- define "image" -}}
{{- $image := merge dict .values.image .root.Values.image -}}
{{ $image.registry }}/{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
`

const releaseValues = `image:
  registry: registry.example.com
domain: example.com
tolerations: []
`

const partValues = `PART:
  enabled: true
  replicas: 2
  image:
    repository: group/PART
  port: 8080
  url: https://{{ .Values.domain }}/PART
  settings:
    cache: true
    level: info
    threads: 4
  env:
    ADDRESS: ":8080"
    MODE: production
  resources:
    limits:
      memory: 256Mi
    requests:
      cpu: 100m
      memory: 128Mi
`

const partConfigMap = `{{- $own := .Values.PART -}}
{{- if $own.enabled }}
apiVersion: v1
data:
  {{- range $name, $value := $own.settings }}
  {{ $name }}.txt: value {{ $value }}
  {{- end }}
  url: {{ tpl $own.url . }}
kind: ConfigMap
metadata:
  {{- include "metadata" (dict "root" . "part" "PART") | nindent 2 }}
{{- end }}
`

const partDeployment = `{{- $own := .Values.PART -}}
{{- $scope := dict "root" . "part" "PART" "values" $own -}}
{{- if $own.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "metadata" $scope | nindent 2 }}
spec:
  replicas: {{ $own.replicas }}
  selector:
    matchLabels:
      {{- include "selector" $scope | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include (print .Template.BasePath "/PART-configmap.yaml") . | sha256sum }}-config
      labels:
        {{- include "selector" $scope | nindent 8 }}
    spec:
      containers:
      - env:
        {{- range $name, $value := $own.env }}
        - name: {{ $name }}
          value: {{ $value }}
        {{- end }}
        image: {{ include "image" $scope }}
        name: PART
        ports:
        - containerPort: {{ $own.port }}
          name: http
        {{- with $own.resources }}
        resources:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          runAsNonRoot: true
        volumeMounts:
        - mountPath: /etc/PART
          name: config
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 6 }}
      {{- end }}
      volumes:
      - configMap:
          name: {{ include "fullname" $scope }}
        name: config
{{- end }}
`

const partService = `{{- $own := .Values.PART -}}
{{- $scope := dict "root" . "part" "PART" -}}
{{- if $own.enabled }}
apiVersion: v1
kind: Service
metadata:
  {{- include "metadata" $scope | nindent 2 }}
spec:
  ports:
  - name: http
    port: 80
    targetPort: {{ $own.port }}
  selector:
    {{- include "selector" $scope | nindent 4 }}
{{- end }}
`

const releaseDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.NAME.example.com
spec:
  group: NAME.example.com
  names:
    kind: Widget
    listKind: WidgetList
    plural: widgets
    singular: widget
  scope: Namespaced
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        description: A widget.
        properties:
          spec:
            description: What the widget is to be.
            properties:
              size:
                description: How large it is to be.
                format: int32
                minimum: 1
                type: integer
            type: object
        type: object
    served: true
    storage: true
`
