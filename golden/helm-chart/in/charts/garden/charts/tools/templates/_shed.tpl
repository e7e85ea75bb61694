{{- define "tools.shed" -}}
the shed of {{ .Release.Name }}
{{- end }}
