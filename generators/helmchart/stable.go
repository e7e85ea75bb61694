package helmchart

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

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
// another order, and refuses it when that gives other objects. What is random and
// is executed gets more renderings, for some of it comes to the same now and then.
func (r renderer) checkStable(p *validate.Problems, first []document) {
	want := digests(r.kept(first))
	uses := r.mentions()
	texts := mentionsAny(uses, []string{"tpl"})
	// In text, the order of a map is left as it is.
	chance := mentionsAny(uses, byChance) || texts && mentionsAny(uses, ofMap)
	renderings := 1
	if mentionsAny(uses, ofMap) {
		renderings = 2
	}
	if (chance || mentionsAny(uses, random)) && r.executes(texts) {
		renderings = ofRandom
		if chance {
			renderings = ofChance
		}
	}
	for i := range renderings {
		if changed := r.changes(variant{clock: true, turned: i%2 == 1, texts: texts}, want); len(changed) > 0 {
			r.reportUnstable(p, uses, changed)
			return
		}
	}
}

// How many renderings show what gives something else each time: of two outcomes
// that are as likely, one is missed once in half a million times with functions
// that have few, and once in 250 times with those whose many a chart makes few.
const (
	ofChance = 20
	ofRandom = 9
)

// executes tells whether anything with another result each time is executed, and
// not only mentioned.
func (r renderer) executes(texts bool) bool {
	_, err := r.render(&variant{traps: true, texts: texts})
	return err != nil
}

// changes are the templates that give other objects in a variant.
func (r renderer) changes(v variant, want map[string]string) []string {
	again, err := r.render(&v)
	if err != nil && v.turned {
		// Turning an order can break what nobody would see otherwise.
		v.turned = false
		again, err = r.render(&v)
	}
	if err != nil {
		return []string{r.failedIn(err)}
	}
	again.crds = nil
	ignored := &validate.Problems{}
	got := digests(r.kept(r.documents(ignored, again)))
	return slices.DeleteFunc(differing(want, got), func(name string) bool {
		_, rendered := again.templates[name]
		return !rendered
	})
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
		out[d.template] += restored(string(data)) + "\n"
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
func (r renderer) failedIn(err error) string {
	for _, f := range r.files {
		if name := r.options.Chart.Name + "/" + f.Name; isTemplate(f.Name) && strings.Contains(err.Error(), name) {
			return name
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
	isTpl := func(name string) bool { return name == "tpl" }
	own, all = slices.DeleteFunc(own, isTpl), slices.DeleteFunc(all, isTpl)
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

// mentions are the functions with a changing result that each file has in an
// action; those of values have no file. What is no template counts only where tpl
// can make it one.
func (r renderer) mentions() map[string][]string {
	out := map[string][]string{}
	add := func(name, text string, inQuotes bool) {
		if used := used(text, inQuotes); len(used) > 0 {
			out[name] = append(out[name], used...)
		}
	}
	for _, f := range r.files {
		if isTemplate(f.Name) {
			add(f.Name, string(f.Data), false)
		}
	}
	if !mentionsAny(out, []string{"tpl"}) {
		return out
	}
	clear(out)
	for _, f := range r.files {
		var values map[string]any
		if path.Base(f.Name) == "values.yaml" && yaml.Unmarshal(f.Data, &values) == nil {
			eachText(values, func(text string) { add(f.Name, text, true) })
			continue
		}
		add(f.Name, string(f.Data), true)
	}
	eachText(r.values, func(text string) { add("", text, true) })
	return out
}

// used are the functions of a text that mentions counts.
func used(text string, inQuotes bool) []string {
	if !strings.Contains(text, "{{") {
		return nil
	}
	var out []string
	words, literals := scan(text)
	for _, w := range words {
		if name := text[w.begin:w.end]; name == "tpl" || slices.Contains(random, name) || slices.Contains(ofClock, name) ||
			slices.Contains(ofMap, name) || slices.Contains(byChance, name) {
			out = append(out, name)
		}
	}
	for _, l := range literals {
		if inner, err := strconv.Unquote(text[l[0]:l[1]]); inQuotes && err == nil {
			out = append(out, used(inner, true)...)
		}
	}
	return out
}

// eachText calls f for each text in values, names included.
func eachText(value any, f func(string)) {
	switch v := value.(type) {
	case string:
		f(v)
	case map[string]any:
		for key, value := range v {
			f(key)
			eachText(value, f)
		}
	case []any:
		for _, item := range v {
			eachText(item, f)
		}
	}
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
