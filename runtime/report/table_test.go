package report

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"viva/mlkit/view"
)

// A cell of a table leads where it says, to the report of another notebook where
// it names the notebook, and nowhere where that could run something.
func TestCellsOfATableLead(t *testing.T) {
	opt := Options{Link: func(target string) string { return strings.Replace(target, ".md", ".html", 1) }}
	for _, c := range []struct{ link, page, markdown string }{
		{"03-classifier.md#test-score", "03-classifier.html#test-score", "[x](<03-classifier.md#test-score>)"},
		{"https://example.org/a.md?b=1&c=2", "https://example.org/a.md?b=1&c=2", "[x](<https://example.org/a.md?b=1&c=2>)"},
		{"", "", "x"},
		{"javascript:alert(1)", "", "x"},
		{" java\nscript:alert(1)", "", "x"},
		{"data:text/html,<script>alert(1)</script>", "", "x"},
		{`a.md"><script>alert(1)</script>`, `a.html"><script>alert(1)</script>`, "x"},
	} {
		nb := parse(t, "note.md", "```go\nx()\n```\n")
		run := runOf(nb)
		run.Cells[0].Outputs = append(run.Cells[0].Outputs, item(view.NewTable("", "a").Add(view.Cell{Text: "x", Link: c.link})))
		main := mainOf(t, drawHTML(t, nb, run, opt))
		if h := harmful(main); h != "" {
			t.Errorf("the link %q brings %s into the page", c.link, h)
		}
		cell := find(main, func(n *html.Node) bool { return n.Data == "td" })
		got := ""
		if a := find(cell, func(n *html.Node) bool { return n.Data == "a" }); a != nil {
			got = attr(a, "href")
		}
		if got != c.page || textOf(cell) != "x" {
			t.Errorf("the link %q leads to %q on the page, under the text %q; want %q", c.link, got, textOf(cell), c.page)
		}
		md, err := Markdown(nb, run, opt)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(md.Text), "| "+c.markdown+" |") {
			t.Errorf("the link %q is written\n%s\nwant %s", c.link, md.Text, c.markdown)
		}
	}
}
