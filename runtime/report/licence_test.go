package report

import (
	"strings"
	"testing"
)

// The licence and the citation of the data are in every form of the report, as
// text and never as markup.
func TestLicenceOfData(t *testing.T) {
	nb, run := specimen(t)
	_, page, _ := strings.Cut(drawHTML(t, nb, run, Options{}), `id="provenance"`)
	for _, want := range []string{
		`licence: &#34;for *research* only&#34; &lt;see README&gt;`,
		`cite: Ada Example. A Collection of Letters. 2024.`,
		`<a href="https://example.org/letters">https://example.org/letters</a>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if n := strings.Count(page, "licence:"); n != 1 {
		t.Errorf("%d licences, for one data set that has one", n)
	}
	doc, err := Markdown(nb, run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, foot, _ := strings.Cut(string(doc.Text), "\n## Provenance\n")
	for _, want := range []string{
		"\n  - licence: \"for \\*research\\* only\" ",
		"\n  - cite: Ada Example. A Collection of Letters. 2024.\n",
		"\n  - from https://example.org/letters\n",
	} {
		if !strings.Contains(foot, want) {
			t.Errorf("the Markdown does not hold %q:\n%s", want, foot)
		}
	}
	run.Sources[1].Address = "javascript:alert(1)"
	if _, page, _ := strings.Cut(drawHTML(t, nb, run, Options{}), `id="provenance"`); strings.Contains(page, `href="javascript:`) {
		t.Error("an address became a script")
	}
}
