package helmchart

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Functions of templates whose result is another each time, by what it takes to
// see that.
var (
	// random results differ between any two renderings.
	random = []string{
		"randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", "uuidv4", "bcrypt", "htpasswd", "encryptAES",
		"genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey",
	}
	// ofClock results differ between days. A variant has another clock.
	ofClock = []string{"now", "ago", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone", "durationRound"}
	// ofMap results have the order of a map. Variants give it two others.
	ofMap = []string{"keys", "values"}
	// byChance results can be the same twice, and take more renderings.
	byChance = []string{"randInt", "randNumeric", "shuffle", "values"}
)

// checkStable renders the chart again, under another clock and with maps in
// another order, and refuses it when that gives other objects.
func (r renderer) checkStable(p *validate.Problems, first []document) {
	want := digests(r.kept(first))
	uses := r.mentions()
	renderings := 1
	if mentionsAny(uses, ofMap) {
		renderings = 2
	}
	for i := range renderings {
		if changed := r.changes(r.files, i%2 == 1, want); len(changed) > 0 {
			r.reportUnstable(p, uses, changed)
			return
		}
	}
	files := r.leftToChance(uses)
	for i := range chances {
		if len(files) == 0 {
			return
		}
		if changed := r.changes(files, i%2 == 1, want); len(changed) > 0 {
			r.reportUnstable(p, uses, changed)
			return
		}
	}
}

// chances are how many renderings show what is left to chance: one of two
// outcomes is missed once in half a million times.
const chances = 19

// changes are the templates that give other objects when they are rendered again,
// under another clock and, turned, with maps in another order.
func (r renderer) changes(files []File, turned bool, want map[string]string) []string {
	// What does not depend on the clock is the same in this variant.
	again, err := r.render(rewritten(files, variant{clock: true, turned: turned}))
	if err != nil && turned {
		// Turning an order can break what nobody would see otherwise.
		again, err = r.render(rewritten(files, variant{clock: true}))
	}
	if err != nil {
		return []string{failedIn(err, files)}
	}
	again.crds = nil
	ignored := &validate.Problems{}
	got := digests(r.kept(r.documents(ignored, again)))
	return slices.DeleteFunc(differing(want, got), func(name string) bool {
		_, rendered := again.templates[name]
		return !rendered
	})
}

// leftToChance is the chart without the templates that nothing by chance can
// reach; nothing when it uses nothing of that kind. A named template can be used
// anywhere.
func (r renderer) leftToChance(uses map[string][]string) []File {
	if !mentionsAny(uses, byChance) {
		return nil
	}
	var files []File
	for _, f := range r.files {
		chance := mentionsAny(map[string][]string{f.Name: uses[f.Name]}, byChance)
		named := isTemplate(f.Name) && bytes.Contains(f.Data, []byte("define"))
		if named && chance {
			return r.files
		}
		if !isTemplate(f.Name) || named || chance {
			files = append(files, f)
		}
	}
	return files
}

// digests are the objects of each template, as text.
func digests(documents []document) map[string]string {
	out := map[string]string{}
	for _, d := range documents {
		if d.crd {
			continue // Not a template.
		}
		data, err := json.Marshal(d.object.Object)
		if err != nil {
			data = []byte(err.Error())
		}
		out[d.template] += string(data) + "\n"
	}
	return out
}

func differing(a, b map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if a[name] != b[name] {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

// failedIn is the template whose rendering failed, as far as the error names it.
func failedIn(err error, files []File) string {
	for _, f := range files {
		if isTemplate(f.Name) && strings.Contains(err.Error(), f.Name) {
			return f.Name
		}
	}
	return "of which the rendering failed"
}

func (r renderer) reportUnstable(p *validate.Problems, uses map[string][]string, changed []string) {
	quoted := make([]string, len(changed))
	var own, all []string
	for i, name := range changed {
		quoted[i] = validate.Quote(name)
		own = append(own, uses[r.fileOf(name)]...)
	}
	for _, used := range uses {
		all = append(all, used...)
	}
	message := "gives other objects each time it is rendered, by the templates " + strings.Join(quoted, ", ")
	switch {
	case len(own) > 0:
		message += "; they use " + sortedList(own)
	case len(all) > 0:
		message += "; the chart uses " + sortedList(all)
	}
	p.Add(r.chartPath(), message,
		"write the values that the chart would make up otherwise (its documentation has a name for an existing Secret, password or certificate), or switch that part off")
}

func sortedList(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// fileOf is the file of a template that Helm names with the chart's name and,
// for charts in the chart, with theirs, which are not always those of folders.
func (r renderer) fileOf(template string) string {
	best := ""
	for _, f := range r.files {
		_, own, _ := strings.Cut(f.Name, "templates/")
		if isTemplate(f.Name) && strings.HasSuffix(template, "/templates/"+own) && (best == "" || strings.HasSuffix(template, "/"+f.Name)) {
			best = f.Name
		}
	}
	return best
}

// mentions are the functions with a changing result that each template has in an
// action.
func (r renderer) mentions() map[string][]string {
	unstable := slices.Concat(random, ofClock, ofMap, byChance)
	out := map[string][]string{}
	for _, f := range r.files {
		if !isTemplate(f.Name) {
			continue
		}
		for _, w := range words(string(f.Data)) {
			if name := string(f.Data)[w.begin:w.end]; slices.Contains(unstable, name) {
				out[f.Name] = append(out[f.Name], name)
			}
		}
	}
	return out
}

func mentionsAny(uses map[string][]string, names []string) bool {
	for _, used := range uses {
		if slices.ContainsFunc(used, func(name string) bool { return slices.Contains(names, name) }) {
			return true
		}
	}
	return false
}

func isTemplate(name string) bool {
	return strings.HasPrefix(name, "templates/") || strings.Contains(name, "/templates/")
}
