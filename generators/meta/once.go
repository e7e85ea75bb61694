package meta

import (
	"encoding/json"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Once is for what runs once for each content and cannot be changed while it is
// there, as a Job: its name, with a digest of its spec, and the annotations that
// let Flux and Argo CD replace it instead of failing for ever, should a patch
// change the spec under the same name.
func Once(name string, spec any) (string, map[string]string, error) {
	content, err := json.Marshal(spec)
	if err != nil {
		return "", nil, err
	}
	digest := naming.Digest(string(content))
	const longest = 63 // The pods' label with the name of their Job.
	if room := longest - len(digest) - 1; len(name) > room {
		name = strings.TrimRight(name[:room], "-.")
	}
	return name + "-" + digest, map[string]string{
		AnnotationFluxForce:   "enabled",
		AnnotationSyncOptions: "Force=true,ServerSideApply=false",
	}, nil
}
