package report

import "testing"

func TestFormat(t *testing.T) {
	var f Format
	if f.String() != "text" {
		t.Errorf("default is %s", f.String())
	}
	for _, value := range []string{"text", "markdown", "sarif", "junit", "gitlab", "json"} {
		if err := f.Set(value); err != nil || f.String() != value {
			t.Errorf("Set(%q): %v, and it is %s", value, err, f.String())
		}
	}
	err := f.Set("xml\x1b[2J")
	if err == nil || err.Error() != `"xml\x1b[2J" is not a format; write text, markdown, json, sarif, junit or gitlab` || f != JSON {
		t.Errorf("error is %v, and it is %s", err, f)
	}
}

func TestSummaryFormat(t *testing.T) {
	var f SummaryFormat
	for _, value := range []string{"text", "markdown", "json"} {
		if err := f.Set(value); err != nil || f.String() != value {
			t.Errorf("Set(%q): %v, and it is %s", value, err, f.String())
		}
	}
	for _, value := range []string{"sarif", "", "JSON"} {
		if err := f.Set(value); err == nil || f.Format != JSON {
			t.Errorf("Set(%q): %v, and it is %s", value, err, f.String())
		}
	}
	if err := f.Set("sarif"); err == nil || err.Error() != `"sarif" is not a format; write text, markdown or json` {
		t.Errorf("error is %v", err)
	}
}
