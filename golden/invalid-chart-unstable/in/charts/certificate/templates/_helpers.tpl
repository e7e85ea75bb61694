{{- define "certificate.new" }}{{ (genSelfSignedCert "example.com" nil nil 365).Cert | b64enc }}{{ end }}
