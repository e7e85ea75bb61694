package forwardauth

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// TestMetrics reads the metrics as Prometheus does.
func TestMetrics(t *testing.T) {
	s := start(t)
	for _, header := range []string{"Bearer " + s.sign(t, "good"), "Bearer x", "Basic x"} {
		get(t, "http://"+s.Listen, http.Header{"Authorization": {header}})
	}
	_, text := get(t, "http://"+s.Admin+"/metrics", nil)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	check(t, err)
	if got := families["atticgen_authz_request_duration_seconds"].GetMetric()[0].GetHistogram().GetSampleCount(); got != 3 {
		t.Errorf("the histogram has %d requests, want 3", got)
	}
	outcomes := map[string]float64{}
	for _, m := range families["atticgen_authz_requests_total"].GetMetric() {
		outcomes[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	if outcomes["allowed"] != 1 || outcomes["malformed"] != 2 {
		t.Errorf("outcomes %v, want 1 allowed and 2 malformed", outcomes)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	check(t, err)
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
