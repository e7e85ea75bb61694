{{- define "library.text" -}}
text of a library for {{ .Chart.Name }}
{{- end }}
