package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"viva/mlkit/view"
	"viva/runtime/record"
)

func TestSameRunSameBytes(t *testing.T) {
	nb, run := specimen(t)
	first := drawHTML(t, nb, run, Options{})
	if again := drawHTML(t, nb, run, Options{}); again != first {
		t.Error("the second page differs from the first")
	}
	var b bytes.Buffer
	if err := JSON(&b, run); err != nil {
		t.Fatal(err)
	}
	var read record.Run
	if err := json.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if again := drawHTML(t, nb, &read, Options{}); again != first {
		t.Error("the page of the record read back from JSON differs")
	}
	one, err1 := Markdown(nb, run, Options{})
	two, err2 := Markdown(nb, &read, Options{})
	if err1 != nil || err2 != nil || !bytes.Equal(one.Text, two.Text) || len(one.Files) != 2 || len(two.Files) != 2 {
		t.Errorf("the Markdown differs: %v %v, %d and %d pictures", err1, err2, len(one.Files), len(two.Files))
	}
}

func TestRecordOfAnotherNotebookIsRefused(t *testing.T) {
	nb := parse(t, "note.md", "```go\nx()\n```\n")
	run := runOf(parse(t, "other.md", "text\n"))
	var b bytes.Buffer
	if err := HTML(&b, nb, run, Options{}); err == nil || b.Len() > 0 {
		t.Errorf("HTML: error %v, %d bytes written", err, b.Len())
	}
	if _, err := Markdown(nb, run, Options{}); err == nil || !strings.Contains(err.Error(), "other.md") {
		t.Errorf("Markdown: error %v does not name other.md", err)
	}
}

// fullDisk is a writer that takes a little and then fails.
type fullDisk struct{}

func (fullDisk) Write(b []byte) (int, error) { return min(len(b), 10), errFull }

var errFull = errors.New("no space left on device")

func TestWriteErrorsAreReturned(t *testing.T) {
	nb, run := specimen(t)
	if err := HTML(fullDisk{}, nb, run, Options{}); !errors.Is(err, errFull) {
		t.Errorf("HTML: %v", err)
	}
	if err := JSON(fullDisk{}, run); !errors.Is(err, errFull) {
		t.Errorf("JSON: %v", err)
	}
	if err := Failure(fullDisk{}, "x.md", nil, nil, nil); !errors.Is(err, errFull) {
		t.Errorf("Failure: %v", err)
	}
}

func TestJSONRefusesWhatItCannotHold(t *testing.T) {
	run := runOf(parse(t, "note.md", "```go\nx()\n```\n"))
	run.Cells[0].Outputs = []record.Output{item(view.NewClaim("c", view.Metric{Name: "m"}, view.AtLeast(math.NaN())))}
	var b bytes.Buffer
	if err := JSON(&b, run); err == nil || b.Len() > 0 {
		t.Errorf("error %v, %d bytes written", err, b.Len())
	}
}

// TestPageIsSelfContained looks at every element that could fetch something,
// and at the page's policy.
func TestPageIsSelfContained(t *testing.T) {
	nb, run := specimen(t)
	page := drawHTML(t, nb, run, Options{Beside: []string{"specimen.md"}})
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	policy, allowed := "", 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "link", "iframe", "object", "embed", "base", "source", "video", "audio":
				t.Errorf("the page has a <%s>", n.Data)
			case "meta":
				if attr(n, "http-equiv") != "" {
					policy = attr(n, "content")
				}
			case "script", "style":
				sum := sha256.Sum256([]byte(textOf(n)))
				if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
					t.Errorf("the policy does not allow the page's own <%s>", n.Data)
				}
				allowed++
			}
			if src := attr(n, "src"); src != "" && !strings.HasPrefix(src, "data:") {
				t.Errorf("<%s> fetches %s", n.Data, src)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	if allowed != 3 || !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "http") {
		t.Errorf("%d scripts and styles under the policy %q", allowed, policy)
	}
	if css := string(pageAssets().css); strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style sheet fetches something")
	}
}

func TestEveryBlockHasItsOwnName(t *testing.T) {
	nb := parse(t, "note.md", "Same.\n\nSame.\n\n```go\nx()\n```\n\n```go\nx()\n```\n\n- a list\n")
	run := runOf(nb)
	names := func() []string {
		var all []string
		for n := mainOf(t, drawHTML(t, nb, run, Options{})).FirstChild; n != nil; n = n.NextSibling {
			if n.Type == html.ElementNode {
				all = append(all, attr(n, "data-block"))
			}
		}
		return all
	}
	before := names()
	seen := map[string]bool{"": true}
	for _, name := range before {
		if seen[name] {
			t.Errorf("the name %q is empty or used twice", name)
		}
		seen[name] = true
	}
	run.Cells[1].Outputs = []record.Output{printed("stdout", "new\n")}
	after := names()
	for i := range before {
		if changed := before[i] != after[i]; changed != (i == 3) {
			t.Errorf("block %d: changed = %v after cell 2 gave something new", i, changed)
		}
	}
}

// TestAnchorsAreUniqueAndLinksLand follows every link within the page.
func TestAnchorsAreUniqueAndLinksLand(t *testing.T) {
	nb, run := specimen(t)
	clash := parse(t, "note.md", "# Figure 1\n\n# Provenance\n\n# Cell 1\n\n# Report\n\n<p id=\"verdicts\">x</p>\n\n```go\nx()\n```\n\n[](#cell-1)\n")
	other := runOf(clash)
	other.Cells[0].Outputs = []record.Output{item(view.Figure{SVG: "<svg/>"})}
	for _, page := range []string{drawHTML(t, nb, run, Options{}), drawHTML(t, clash, other, Options{})} {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		ids, targets := map[string]int{}, map[string]bool{}
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if id := attr(n, "id"); id != "" {
				ids[id]++
			}
			if target, ok := strings.CutPrefix(attr(n, "href"), "#"); ok {
				targets[target] = true
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(root)
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%d elements have the id %q", n, id)
			}
		}
		for target := range targets {
			if ids[target] == 0 {
				t.Errorf("a link goes to #%s, which is not there", target)
			}
		}
	}
}

// TestTextIsShownAsItIs puts any text wherever a record holds text: the page
// must show it and take nothing of it for markup.
func TestTextIsShownAsItIs(t *testing.T) {
	nb := parse(t, "note.md", "The value `{go} x`.\n\n```go\nx()\n```\n")
	elements := func(n *html.Node) int {
		count := 0
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.ElementNode {
				count++
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(n)
		return count
	}
	draw := func(s string) *html.Node {
		run := runOf(nb)
		run.Inlines[0].Text = s
		table := view.NewTable(s, s, "n").Add(s, 1)
		table.Notes = []string{s}
		gate := view.NewGate(s, view.Metric{Name: s, Detail: s}, view.AtMost(-1))
		gate.Repair = s
		run.Cells[0].Volatile = []string{s}
		run.Cells[0].Outputs = []record.Output{
			printed("stdout", s), printed("stderr", s), log(s), {Item: view.Item{Text: s}}, item(table), item(gate),
			item(view.Metric{Name: s, Detail: s, Interval: &view.Interval{Method: s}}), item(view.Note{Text: s}),
			item(view.Figure{Caption: s, Alt: s, SVG: "<svg/>", Data: table}),
		}
		run.Diagnostics = []record.Diagnostic{{Severity: "error", File: s, Cell: 0, Message: s, Hint: s, Frames: []record.Frame{{Func: s}}}}
		run.Provenance.Tool = s
		run.Params = []record.Param{{Name: s, Value: s}}
		root, err := html.Parse(strings.NewReader(drawHTML(t, nb, run, Options{Beside: []string{s}})))
		if err != nil {
			t.Fatal(err)
		}
		return root
	}
	plain := elements(draw("x"))
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[<>&"'a-z/=!\[\]\-{}]{1,40}`), rapid.String(),
			rapid.SampledFrom([]string{"</script><script>", "</pre>", "<!--", "{{.}}", "]]>", "</title>", "</svg>", "javascript:alert(1)"})).Draw(r, "text")
		s = strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
		if strings.TrimSpace(s) == "" {
			return
		}
		root := draw(s)
		if n := elements(root); n != plain {
			r.Errorf("%q made %d elements of the usual %d", s, n, plain)
		}
		if plainText(s) != s {
			return // Control characters are made visible in printed text only.
		}
		if shown := textOf(byID(root, "cell-1")); strings.Count(shown, strings.TrimSpace(s)) < 10 {
			r.Errorf("%q is not shown as it is in %q", s, shown)
		}
	})
}

func TestPlainTextIsWhatATerminalWouldLeave(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\tc":                         "a\nb\tc",
		"\x1b[1;31mred\x1b[0m":            "red",
		"\x1b]8;;https://x\x07link\x1b\\": "link",
		"1 %\r50 %\r100 %\n":              "100 %\n",
		"dos\r\nline\r\n":                 "dos\nline\n",
		"bell\a null\x00":                 "bell␇ null␀",
		"bad \xff byte":                   "bad \ufffd byte",
		"c1 \u0085":                       "c1 \ufffd",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDurationsReadWell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "under 1 ms", 340 * time.Millisecond: "340 ms", 1200 * time.Millisecond: "1.2 s",
		125 * time.Second: "2 min 5 s", 26*time.Hour + 29*time.Minute + 40*time.Second: "26 h 30 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestFailurePageShowsTheLine(t *testing.T) {
	source := []byte("---\ntitle: x\n---\n\n```go\n//| foldd: true\n<x>()\n```\n")
	diags := []record.Diagnostic{{Severity: "error", File: "bad.md", Line: 6, Column: 5, Cell: -1, Message: `unknown cell option "foldd"`, Hint: `did you mean "fold"?`}}
	run := runOf(parse(t, "bad.md", "x\n"))
	run.Status = record.Failed
	for _, r := range []*record.Run{nil, run} {
		var b bytes.Buffer
		if err := Failure(&b, "notebooks/bad.md", source, diags, r); err != nil {
			t.Fatal(err)
		}
		root, err := html.Parse(&b)
		if err != nil {
			t.Fatal(err)
		}
		banner := textOf(byID(root, "problems"))
		for _, want := range []string{"bad.md:6:5", `unknown cell option "foldd"`, `did you mean "fold"?`, "▸ 6//| foldd: true", "7<x>()"} {
			if !strings.Contains(banner, want) {
				t.Errorf("the banner does not show %q:\n%s", want, banner)
			}
		}
		if has := byID(root, "provenance") != nil; has != (r != nil) {
			t.Errorf("provenance shown: %v", has)
		}
	}
}

func TestLinksToOtherNotebooksAreRewritten(t *testing.T) {
	nb := parse(t, "note.md", "[a](02.md#part) [b](https://example.org/02.md) [c](#here) [d](/02.md) [e](mailto:a@example.org)\n")
	page := drawHTML(t, nb, runOf(nb), Options{Link: func(s string) string { return strings.Replace(s, ".md", ".html", 1) }})
	var got []string
	for _, m := range regexp.MustCompile(`<a href="([^"]*)"[^>]*>[a-e]<`).FindAllStringSubmatch(page, -1) {
		got = append(got, m[1])
	}
	want := []string{"02.html#part", "https://example.org/02.md", "#here", "/02.md", "mailto:a@example.org"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("links go to %q, want %q", got, want)
	}
}

func TestPicturesOfTheProse(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 8)
	read := func(name string) ([]byte, error) {
		switch name {
		case "a b.png":
			return []byte(png), nil
		case "text.txt":
			return []byte("text"), nil
		}
		return nil, os.ErrNotExist
	}
	nb := parse(t, "note.md", "![one](a%20b.png) ![two](text.txt) ![three](../gone.png) ![four](data:image/png;base64,iVBORw0KGgo=)\n")
	page := drawHTML(t, nb, runOf(nb), Options{ReadFile: read})
	for _, want := range []string{
		`<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte(png)) + `" alt="one"/>`,
		"missing picture text.txt: not a PNG", "missing picture ../gone.png: file does not exist (three)", `src="data:image/png;base64,iVBORw0KGgo="`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	doc, err := Markdown(nb, runOf(nb), Options{ReadFile: read, Name: "report"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc.Text), "![one](<report_files/picture-a b.png>)") || string(doc.Files["report_files/picture-a b.png"]) != png {
		t.Errorf("the picture is not beside the Markdown:\n%s", doc.Text)
	}
}

func TestLongTablesAreCut(t *testing.T) {
	table := view.NewTable("", "n")
	for i := range mostRows + 7 {
		table.Add(i)
	}
	nb := parse(t, "note.md", "```go\nx()\n```\n")
	run := runOf(nb)
	run.Cells[0].Outputs = []record.Output{item(table)}
	m := mainOf(t, drawHTML(t, nb, run, Options{}))
	rows := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Data == "tr" && n.Parent.Data == "tbody" {
			rows++
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(m)
	if text := textOf(m); rows != mostRows || !strings.Contains(text, "Show all 5,000 rows") || !strings.Contains(text, "7 rows more") {
		t.Errorf("%d rows; the page says %q", rows, text[len(text)-200:])
	}
}

func TestDeepAndLongNotebooksAreDrawn(t *testing.T) {
	for name, prose := range map[string]string{
		"quotations": strings.Repeat("> ", 600) + "text",
		"lists":      strings.Repeat("- ", 700) + "text",
		"elements":   strings.Repeat("<div><table><tr><td>", 300) + "\n\ntext",
		"emphasis":   strings.Repeat("*a **b ", 3000) + "text",
		"brackets":   strings.Repeat("[", 5000) + "text",
		"paragraphs": strings.Repeat("text\n\n", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			nb := parse(t, "note.md", prose+"\n\n```go\nx()\n```\n")
			run := runOf(nb)
			run.Cells[0].Outputs = []record.Output{item(htmlView(strings.Repeat("<div>", 900) + "deep" + strings.Repeat("</div>", 900)))}
			m := mainOf(t, drawHTML(t, nb, run, Options{}))
			if text := textOf(m); !strings.Contains(text, "text") || !strings.Contains(text, "deep") || byID(m, "cell-1") == nil {
				t.Error("the page does not show the text, the cell or what it gave")
			}
		})
	}
}
