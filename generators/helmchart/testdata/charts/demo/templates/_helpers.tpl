{{- define "demo.name" -}}
{{ .Release.Name }}-{{ .Chart.Name }}
{{- end }}
{{- define "demo.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "demo.unused" -}}
{{ randAlphaNum 8 }}
{{- end }}
