package helmchart

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/releaseutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Stages of an environment that a chart can be in.
const (
	StagePlatform = "platform"
	StageCache    = "cache"
)

// Hooks have ten waves before the rest of the chart, and ten after it, where tests
// have the last.
const hookWaves = 10

// wavesOf are the first wave of hooks before the rest, the wave of the rest and
// the last of all, of a chart in a stage.
func wavesOf(stage string) (first, rest, last meta.Wave) {
	if stage == StageCache {
		const after = 10 * meta.WaveConfiguration
		return after, after + hookWaves, after + 2*hookWaves
	}
	return meta.WavePlatformFirst, meta.WavePlatform, meta.WavePlatformLast
}

// Annotations by which a chart asks for an object to be kept when its release is
// gone, and their likes in Flux and Argo CD.
const (
	annotationPolicy    = "helm.sh/resource-policy"
	policyKeep          = "keep"
	annotationFluxPrune = "kustomize.toolkit.fluxcd.io/prune"
)

// place turns documents into the objects of an environment: without hooks, each
// in its namespace and its wave, in the order in which Helm installs kinds. What
// is defined elsewhere only says which kinds are of the whole cluster.
func (r renderer) place(p *validate.Problems, all, definedElsewhere []document) []meta.Object {
	r.reportHooks(p, all)
	documents := r.kept(all)
	if len(documents) == 0 {
		p.Add(r.options.Path.Child("values"), "make the chart give no objects", "switch a part of it on, or remove the spec")
		return nil
	}
	cluster := scopesOf(slices.Concat(definedElsewhere, documents))
	first, rest, last := wavesOf(r.options.Stage)
	before, after := waves(documents, fateBefore, first), waves(documents, fateAfter, last-hookWaves+1)
	type placed struct {
		document
		wave meta.Wave
	}
	var list []placed
	for _, d := range documents {
		wave := rest
		if h := d.hook; h != nil {
			switch h.fate {
			case fateBefore:
				wave = before[h.weight]
			case fateAfter:
				wave = after[h.weight]
			case fateTest:
				wave = last
			}
			if err := unhook(d.object); err != nil {
				p.Add(r.chartPath(), fmt.Sprintf("has the hook %s, which cannot be written: %s", oneLine(d.String()), oneLine(err.Error())), "take another version of the chart")
			}
		}
		if isDefinition(d.object) || isNamespace(d.object) {
			wave = meta.WaveDefinitions
		}
		switch {
		case cluster.isCluster(d.object):
			unstructured.RemoveNestedField(d.object.Object, "metadata", "namespace")
		case d.object.GetNamespace() == "":
			d.object.SetNamespace(r.options.Scope.Namespace)
		}
		r.dropInstructions(p, d)
		r.annotate(d.object, wave)
		list = append(list, placed{document: d, wave: wave})
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.wave, b.wave), cmp.Compare(installOrder(a.object), installOrder(b.object)), cmp.Compare(a.template, b.template))
	})
	var out []meta.Object
	seen := map[string]string{}
	definitions := map[string]*unstructured.Unstructured{}
	if *r.options.Release.Namespace.Create {
		seen[identity(r.options.namespace())] = ""
	}
	for _, d := range list {
		id := identity(d.object)
		if first, ok := seen[id]; ok {
			// A chart that is in another twice, by two names, brings its
			// definitions twice.
			if known := definitions[id]; known != nil && reflect.DeepEqual(known.Object, d.object.Object) {
				continue
			}
			r.duplicate(p, d.document, first)
			continue
		}
		seen[id] = d.template
		if isDefinition(d.object) {
			definitions[id] = d.object
		}
		out = append(out, d.object)
	}
	return out
}

// dropInstructions takes away annotations that tell kustomize what to do with an
// object: it would obey them here, where nobody sees it, and nowhere else.
func (r renderer) dropInstructions(p *validate.Problems, d document) {
	annotations := d.object.GetAnnotations()
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		prefix, _, _ := strings.Cut(key, "/")
		if !slices.Contains([]string{"kustomize.config.k8s.io", "config.kubernetes.io", "config.k8s.io", "internal.config.kubernetes.io"}, prefix) {
			continue
		}
		delete(annotations, key)
		p.Note(r.chartPath(), fmt.Sprintf("gives %s the annotation %s, an instruction for kustomize, which is taken away", oneLine(d.String()), validate.Quote(key)), "")
	}
	setAnnotations(d.object, annotations)
}

func (r renderer) duplicate(p *validate.Problems, d document, first string) {
	if first == "" {
		p.Add(r.options.Path.Child("namespace", "create"), fmt.Sprintf("is true, but the chart creates the namespace too, in %s", validate.Quote(d.template)),
			"write false, or tell the chart by its values not to")
		return
	}
	where := fmt.Sprintf("the templates %s and %s", validate.Quote(first), validate.Quote(d.template))
	if first == d.template {
		where = "the template " + validate.Quote(first)
	}
	p.Add(r.chartPath(), fmt.Sprintf("gives %s twice, in %s", oneLine(d.String()), where),
		"switch one of them off by the chart's values")
}

// identity tells objects apart within a cluster.
func identity(o meta.Object) string {
	gk := o.GetObjectKind().GroupVersionKind().GroupKind()
	return gk.String() + "\x00" + o.GetNamespace() + "\x00" + o.GetName()
}

// installOrder is the place of a kind among those that Helm installs; kinds that
// it does not know come last, as in Helm.
func installOrder(object *unstructured.Unstructured) int {
	if i := slices.Index(releaseutil.InstallOrder, object.GetKind()); i >= 0 {
		return i
	}
	return len(releaseutil.InstallOrder)
}

// annotate adds what GitOps controllers read, and the one label that tells to
// which spec an object belongs. Labels of the chart stay: selectors go by them.
func (r renderer) annotate(object *unstructured.Unstructured, wave meta.Wave) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[meta.AnnotationSyncWave] = strconv.Itoa(int(wave))
	if isDefinition(object) {
		// Definitions can be larger than the annotation in which applying on the
		// client's side keeps a copy.
		addOption(annotations, "ServerSideApply=true")
	}
	if strings.EqualFold(strings.TrimSpace(annotations[annotationPolicy]), policyKeep) {
		addOption(annotations, "Prune=false")
		addOption(annotations, "Delete=false")
		annotations[annotationFluxPrune] = "disabled"
	}
	object.SetAnnotations(annotations)

	labels := object.GetLabels()
	if _, ok := labels[naming.LabelPartOf]; !ok {
		if labels == nil {
			labels = map[string]string{}
		}
		labels[naming.LabelPartOf] = r.options.Scope.PartOf
		object.SetLabels(labels)
	}
}

// addOption adds one of Argo CD's sync options, unless the chart says something
// about it itself.
func addOption(annotations map[string]string, option string) {
	name, _, _ := strings.Cut(option, "=")
	var options []string
	for given := range strings.SplitSeq(annotations[meta.AnnotationSyncOptions], ",") {
		if given = strings.TrimSpace(given); given == "" {
			continue
		}
		if strings.HasPrefix(given, name+"=") {
			return
		}
		options = append(options, given)
	}
	annotations[meta.AnnotationSyncOptions] = strings.Join(append(options, option), ",")
}
