package report

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"viva/mlkit/view"
	"viva/runtime/notebook"
)

// render is a Markdown text as GitHub would show it.
func render(t testing.TB, text string) *html.Node {
	t.Helper()
	var b bytes.Buffer
	if err := notebook.Markdown().Convert([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var anyText = rapid.OneOf(
	rapid.StringMatching("[-+*_`~<>&\\[\\](){}|#\\\\!$:.=0-9a-z ]{1,30}"),
	rapid.String())

// straighten undoes the typographer, which is the notebook's and not the
// escaping's.
var straighten = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "--", "—", "---", "…", "...", "«", "<<", "»", ">>")

func TestMarkdownShowsTextAsItIs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := anyText.Draw(r, "text")
		want := straighten.Replace(strings.Join(strings.Fields(plainText(s)), " "))
		got := straighten.Replace(strings.Join(strings.Fields(textOf(render(t, "x "+markdownText(s)+" x\n"))), " "))
		if got != strings.TrimSpace(strings.ReplaceAll("x "+want+" x", "  ", " ")) {
			r.Errorf("%q is shown as %q", s, got)
		}
	})
}

func TestMarkdownTableKeepsItsCells(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := anyText.Draw(r, "text")
		to := rapid.SampledFrom([]string{"", "a.md#b", "https://example.org/?q=(x)", "a b.md", "<a>|b", "java\tscript:x"}).Draw(r, "link")
		table := &view.Table{Columns: []view.Column{{Name: "a"}, {Name: "b"}}, Rows: [][]view.Cell{{{Text: s, Link: to}, {Text: "end"}}, {{Text: "x"}, {Text: "y"}}}}
		root := render(t, pipeTable(table))
		var cells []string
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th") {
				cells = append(cells, textOf(n))
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(root)
		if len(cells) != 6 || cells[3] != "end" || cells[5] != "y" {
			r.Errorf("with %q, the table's cells are %q", s, cells)
		}
	})
}

func TestCodeSpansAndFencesHoldAnyCode(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		code := rapid.StringMatching("[`~a-z>#]{1,12}(\n[`~a-z>#]{1,12}){0,3}").Draw(r, "code")
		pre := find(render(t, fence(code, "text")), func(n *html.Node) bool { return n.Data == "pre" })
		if pre == nil || strings.TrimSuffix(textOf(pre), "\n") != code {
			r.Errorf("the fence of %q is broken", code)
		}
		line, _, _ := strings.Cut(code, "\n")
		span := find(render(t, codeSpan(line)), func(n *html.Node) bool { return n.Data == "code" })
		if span == nil || textOf(span) != line {
			r.Errorf("the code span of %q is broken: %s", line, codeSpan(line))
		}
	})
}

func TestCellsKeepTheirPlaceInQuotationsAndLists(t *testing.T) {
	nb := parse(t, "note.md", "> Quoted.\n>\n> ```go\n> x()\n> ```\n>\n> On.\n\n- Item.\n\n  ```go\n  y()\n  ```\n\n  Still the item.\n")
	run := runOf(nb)
	run.Cells[0].Outputs = append(run.Cells[0].Outputs, printed("stdout", "one\n\ntwo\n"))
	doc, err := Markdown(nb, run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	root := render(t, string(doc.Text))
	quotation := find(root, func(n *html.Node) bool { return n.Data == "blockquote" })
	if got := textOf(quotation); !strings.Contains(got, "x()") || !strings.Contains(got, "one\n\ntwo") || !strings.Contains(got, "On.") {
		t.Errorf("the quotation holds %q", got)
	}
	entry := find(root, func(n *html.Node) bool { return n.Data == "li" })
	if got := textOf(entry); !strings.Contains(got, "y()") || !strings.Contains(got, "Still the item.") {
		t.Errorf("the list's entry holds %q", got)
	}
}

func TestPicturesStandAlone(t *testing.T) {
	nb, run := specimen(t)
	doc, err := Markdown(nb, run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	picture := ""
	for name, content := range doc.Files {
		if strings.HasPrefix(name, "specimen_files/figure-1-") && strings.Contains(string(doc.Text), "(<"+name+">)") {
			picture = string(content)
		}
	}
	for _, want := range []string{"<svg xmlns=", "--fig-1:#0072b2;", "prefers-color-scheme:dark", "--fig-1:#56b4e9;", " height=\""} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if _, err := cleanSVG(picture, "", ""); err != nil {
		t.Error(err)
	}
	if strings.Contains(picture[:strings.IndexByte(picture, '>')], "100%") {
		t.Error("the picture has no width of its own")
	}
}
