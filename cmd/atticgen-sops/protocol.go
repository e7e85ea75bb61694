package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// protocol is the version of requests and answers.
const protocol = 1

// maxRequest is more than any Secret takes, in base64 of base64 of base64.
const maxRequest = 32 << 20

type request struct {
	Version     int               `json:"version"`
	Action      string            `json:"action"`
	Path        string            `json:"path"`
	Document    []byte            `json:"document"`
	Header      string            `json:"header"`
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Set         map[string][]byte `json:"set"`
	Remove      []string          `json:"remove"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type reply struct {
	Version  int     `json:"version"`
	Document []byte  `json:"document,omitempty"`
	Changed  bool    `json:"changed,omitempty"`
	Warning  string  `json:"warning,omitempty"`
	Secret   *secret `json:"secret,omitempty"`
}

type secret struct {
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Data        map[string][]byte `json:"data"`
}

// requestError is what the program that asks does wrong.
type requestError struct{ message string }

func (e requestError) Error() string { return "the request to atticgen-sops: " + e.message }

func readRequest(in io.Reader) (request, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxRequest+1))
	if err != nil {
		return request{}, err
	}
	if len(data) > maxRequest {
		return request{}, requestError{fmt.Sprintf("is longer than %d bytes", maxRequest)}
	}
	var r request
	// JSON's errors quote what they do not understand.
	if json.Unmarshal(data, &r) != nil {
		return request{}, requestError{"is not the JSON that the package's documentation describes; run atticgen, which asks"}
	}
	return r, r.check()
}

// dataKey is what Kubernetes allows as a key of a Secret.
var dataKey = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

func (r request) check() error {
	switch {
	case r.Version != protocol:
		return requestError{fmt.Sprintf("has version %d, and this atticgen-sops knows version %d; install atticgen and atticgen-sops of the same release", r.Version, protocol)}
	case r.Action != "update" && r.Action != "read":
		return requestError{"has neither the action update nor read"}
	case !filepath.IsAbs(r.Path):
		return requestError{"has no absolute path"}
	case r.Action == "read" && r.Document == nil:
		return requestError{"has no document to read"}
	case r.Action == "update" && (r.Namespace == "" || r.Name == ""):
		return requestError{"has no namespace and name of the Secret"}
	case strings.ContainsAny(r.Header, "\r\n"):
		return requestError{"has a header of several lines"}
	}
	for key := range r.Set {
		if !dataKey.MatchString(key) {
			return requestError{"has a key that no Secret can have; letters, digits, '-', '_' and '.' are allowed"}
		}
		if slices.Contains(r.Remove, key) {
			return requestError{"both sets and removes a key"}
		}
	}
	return nil
}

func writeAnswer(out io.Writer, a reply) error {
	a.Version = protocol
	data, err := json.Marshal(a)
	if err != nil {
		return errors.New("the answer cannot be written as JSON")
	}
	_, err = out.Write(append(data, '\n'))
	return err
}
