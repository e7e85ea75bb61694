{{- define "panic.forever" }}{{ include "panic.forever" . }}{{ end }}
