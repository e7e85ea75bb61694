package main

import (
	"encoding/base64"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/fatih/color"
	"github.com/getsops/sops/v3/logging"
)

// quiet keeps SOPS from talking by itself: it quotes what it reads.
func quiet() {
	color.NoColor = true
	for _, logger := range logging.Loggers {
		logger.SetOutput(io.Discard)
	}
}

// agePrivate is how private keys of age begin, those of plugins included.
var agePrivate = regexp.MustCompile(`(?i)AGE-(SECRET-KEY|PLUGIN)-[0-9A-Z-]+`)

// oneLine is a message without its line breaks, and without what it must not
// hold, should a library have put it there.
func oneLine(message string, r request) string {
	for _, hidden := range append(values(r), strings.Split(os.Getenv("SOPS_AGE_KEY"), "\n")...) {
		if len(hidden) >= 6 {
			message = strings.ReplaceAll(message, hidden, "[redacted]")
		}
	}
	message = agePrivate.ReplaceAllString(message, "[redacted]")
	return strings.Join(strings.Fields(message), " ")
}

// values are those of a request, in the forms that they may be quoted in.
func values(r request) []string {
	var all []string
	for _, value := range r.Set {
		text := string(value)
		all = append(all, text, url.QueryEscape(text), url.PathEscape(text),
			base64.StdEncoding.EncodeToString(value), base64.URLEncoding.EncodeToString(value),
			base64.RawStdEncoding.EncodeToString(value), base64.RawURLEncoding.EncodeToString(value))
	}
	return all
}
