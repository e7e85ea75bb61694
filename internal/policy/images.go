package policy

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// unpinned finds images that can change under the same name, such as those that
// an overlay's images or patches set.
func unpinned(in Input) []Finding {
	var found []Finding
	for _, w := range workloads(in.Objects) {
		for _, c := range w.allContainers() {
			if image := c.at("image"); image.text() == "" {
				found = append(found, Finding{
					Object: w.ID, Path: image.path, Severity: diag.Error, Message: "is missing, and the API server takes no container without", Hint: "write the image, pinned by digest",
					Rendered: fmt.Sprintf("renders %s, of which a container has no image", w.ID),
				})
			}
		}
	}
	for _, o := range in.Objects {
		for _, image := range images(o) {
			var p validate.Problems
			p.Image(field.NewPath("image"), image.text(), 2)
			for _, problem := range p.List() {
				f := Finding{
					Object:   o.ID,
					Path:     image.path,
					Message:  problem.Message,
					Hint:     problem.Hint,
					Rendered: fmt.Sprintf("renders %s, whose image %s", o.ID, problem.Message),
				}
				if moves(image.text()) {
					f.Severity = diag.Error
				}
				found = append(found, f)
			}
		}
	}
	return found
}

// moves tells whether an image has no tag, or one that is meant to move.
func moves(image string) bool {
	_, tag, tagged := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return !strings.Contains(image, "@") && (!tagged || tag == "latest")
}

// images are those of the containers of a workload, and those that CloudNativePG
// is told to run.
func images(o manifest.Object) []value {
	var all []value
	add := func(image value) {
		if text, ok := image.raw.(string); ok && (text != "" || o.Group == groupPostgres) {
			all = append(all, image)
		}
	}
	spec := root(o).at("spec")
	for _, pod := range []value{spec, spec.at("template", "spec"), spec.at("jobTemplate", "spec", "template", "spec")} {
		for _, list := range []string{"initContainers", "containers"} {
			for _, container := range pod.at(list).items() {
				add(container.at("image"))
			}
		}
		for _, volume := range pod.at("volumes").items() {
			add(volume.at("image", "reference"))
		}
	}
	if o.Group == groupPostgres {
		add(spec.at("imageName"))
		for _, entry := range spec.at("images").items() {
			add(entry.at("image"))
		}
	}
	return all
}
