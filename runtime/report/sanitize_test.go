package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"viva/mlkit/view"
)

// harmful returns what in a page could run, fetch or dress up, or "".
func harmful(n *html.Node) string {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "form", "input", "textarea", "select", "link", "meta", "base",
			"template", "noscript", "audio", "video", "source", "frame", "frameset", "foreignObject", "animate", "set", "image":
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch key := strings.ToLower(a.Key); {
			case strings.HasPrefix(key, "on"), key == "srcset", key == "formaction", key == "srcdoc", key == "background", key == "ping":
				return key
			case key == "src" && !strings.HasPrefix(value, "data:image/"):
				return "src=" + a.Val
			case key == "href" && n.Data != "a" && !strings.HasPrefix(value, "#"):
				return "href=" + a.Val
			case key == "href" && !goodScheme(value):
				return "href=" + a.Val
			case strings.Contains(value, "url(") && !strings.Contains(value, "url(#"), key == "style" && strings.Contains(value, "\\"):
				return key + "=" + a.Val
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if h := harmful(c); h != "" {
			return h
		}
	}
	return ""
}

// goodScheme reports whether a browser would take a link for a relative one or
// one of a scheme that runs nothing. Browsers skip blanks and control
// characters within a scheme.
func goodScheme(link string) bool {
	link = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, link)
	m := scheme.FindStringSubmatch(link)
	return m == nil || m[1] == "http" || m[1] == "https" || m[1] == "mailto"
}

var scheme = regexp.MustCompile(`^([a-z][a-z0-9+.-]*):`)

// mainOf is the main element of a page.
func mainOf(t testing.TB, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	m := find(root, func(n *html.Node) bool { return n.Data == "main" })
	if m == nil {
		t.Fatalf("the page has no main element:\n%s", page)
	}
	return m
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && is(n) {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f := find(c, is); f != nil {
			return f
		}
	}
	return nil
}

func byID(n *html.Node, id string) *html.Node {
	return find(n, func(n *html.Node) bool { return attr(n, "id") == id })
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// attacks are fragments, each with what a reader must still see of it.
var attacks = []struct{ name, in, seen string }{
	{"script", `a<script>alert(1)</script>b`, "b"},
	{"script in an attribute", `<b title="</b><script>alert(1)</script>">x</b>`, "x"},
	{"event attribute", `<b onmouseover=alert(1)>x</b>`, "x"},
	{"javascript link", `<a href="javascript:alert(1)">x</a>`, "x"},
	{"hidden javascript link", `<a href=" java&#10;script:alert(1)">x</a>`, "x"},
	{"data link", `<a href="data:text/html,<script>alert(1)</script>">x</a>`, "x"},
	{"style element", `<style>body{display:none}</style>x`, "x"},
	{"style attribute", `<p style="position:fixed;inset:0">x</p>`, "x"},
	{"page's own class", `<div class="verdict gate ok">gate passed</div>`, "gate passed"},
	{"frame", `<iframe src="https://example.org/"></iframe>x`, "x"},
	{"form", `<form action="https://example.org/"><input name=q><button>x</button></form>`, "x"},
	{"remote picture", `<img src="https://example.org/x.png" alt="x">`, "x"},
	{"protocol-relative picture", `<img src="//example.org/x.png" alt="x">`, "x"},
	{"picture set", `<img srcset="https://example.org/x.png 2x" src="data:image/png;base64,iVBORw0KGgo=" alt="x">y`, "y"},
	{"background", `<table background="https://example.org/x.png"><tr><td>x</td></tr></table>`, "x"},
	{"meta refresh", `<meta http-equiv="refresh" content="0;url=https://example.org/">x`, "x"},
	{"base", `<base href="https://example.org/">x`, "x"},
	{"svg", `<svg><script>alert(1)</script><text>y</text></svg>x`, "x"},
	{"math", `<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>x`, "x"},
	{"comment", `<!-- <script>alert(1)</script> -->x`, "x"},
	{"conditional comment", `<!--[if true]><script>alert(1)</script><![endif]-->x`, "x"},
	{"template", `<template><img src=x onerror=alert(1)></template>x`, "x"},
	{"noscript", `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>x`, "x"},
	{"media", `<video src="https://example.org/v.mp4" autoplay></video>x`, "x"},
	{"link", `<link rel="stylesheet" href="https://example.org/x.css">x`, "x"},
	{"closing what it did not open", `</div></main></body></html>x`, "x"},
	{"frame that is never closed", `<frame>x`, "x"},
	{"slot of the page", `<span id="slot-0"></span>x`, "x"},
}

func TestHTMLOfACellIsSanitised(t *testing.T) {
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			nb := parse(t, "note.md", "```go\nx()\n```\n\nafter\n")
			run := runOf(nb)
			run.Cells[0].Outputs = append(run.Cells[0].Outputs, item(htmlView(a.in)))
			m := mainOf(t, drawHTML(t, nb, run, Options{}))
			checkAttack(t, m, byID(m, "cell-1"), a.seen)
		})
	}
}

func TestProseIsSanitised(t *testing.T) {
	for _, a := range attacks {
		for _, form := range []string{"%s\n\n", "Text %s here.\n\n", "> %s\n\n", "<div>\n%s\n</div>\n\n"} {
			t.Run(a.name, func(t *testing.T) {
				nb := parse(t, "note.md", fmt.Sprintf(form, a.in)+"```go\nx()\n```\n")
				m := mainOf(t, drawHTML(t, nb, runOf(nb), Options{}))
				checkAttack(t, m, m, a.seen)
				if byID(m, "cell-1") == nil {
					t.Error("the cell below is gone")
				}
			})
		}
	}
}

func checkAttack(t *testing.T, m, around *html.Node, seen string) {
	t.Helper()
	if h := harmful(m); h != "" {
		t.Errorf("%s is left", h)
	}
	if around == nil || !strings.Contains(textOf(around), seen) {
		t.Errorf("the reader does not see %q", seen)
	}
	if f := find(m, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "verdict") }); f != nil {
		t.Error("the fragment passes itself off as a verdict")
	}
	if m.NextSibling == nil || find(m.Parent, func(n *html.Node) bool { return n.Data == "footer" }) == nil {
		t.Error("the fragment broke out of the main element")
	}
}

type htmlView string

func (h htmlView) View() []view.Item { return []view.Item{{HTML: string(h)}} }

func TestSVGIsSanitised(t *testing.T) {
	const space = `xmlns="http://www.w3.org/2000/svg"`
	for _, c := range []struct{ name, in, want, not string }{
		{"drawing", `<svg ` + space + `><path d="M0 0L1 1" stroke="var(--fig-1,#0072b2)"/></svg>`, `<path d="M0 0L1 1" stroke="var(--fig-1,#0072b2)">`, "missing"},
		{"script", `<svg ` + space + `><script>alert(1)</script><g/></svg>`, "<g>", "alert"},
		{"foreign object", `<svg ` + space + `><foreignObject><body xmlns="http://www.w3.org/1999/xhtml">y</body></foreignObject><g/></svg>`, "<g>", "body"},
		{"HTML within", `<svg ` + space + `><title><img src="x" onerror="alert(1)"/>t</title></svg>`, "<title>t</title>", "onerror"},
		{"event", `<svg ` + space + ` onload="alert(1)"><g onclick="x()"/></svg>`, "<g>", "onload"},
		{"remote use", `<svg ` + space + `><use href="https://example.org/x.svg#a"/></svg>`, "<use>", "example.org"},
		{"own use", `<svg ` + space + `><defs><g id="a"/></defs><use href="#a"/></svg>`, `<use href="#f1-a">`, `id="a"`},
		{"xlink", `<svg ` + space + ` xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="javascript:alert(1)"/></svg>`, "<use>", "javascript"},
		{"remote fill", `<svg ` + space + `><rect fill="url(https://example.org/x.svg#a)"/></svg>`, "<rect>", "example.org"},
		{"own fill", `<svg ` + space + `><rect fill="url(#g)"/></svg>`, `fill="url(#f1-g)"`, "nothing"},
		{"style", `<svg ` + space + ` style="max-width:80px;background:url(//example.org/x);position:fixed"><g/></svg>`, `style="max-width:80px"`, "fixed"},
		{"escaped style", `<svg ` + space + `><g style="fill:u\72l(//example.org)"/></svg>`, "<g>", "example.org"},
		{"picture", `<svg ` + space + `><image href="data:image/png;base64,AAAA"/><g/></svg>`, "<g>", "data:"},
		{"animation", `<svg ` + space + `><a href="https://example.org"><set attributeName="href" to="javascript:alert(1)"/></a><g/></svg>`, "<g>", "set"},
		{"text", `<svg ` + space + `><text>a &lt; b &amp; "c"</text></svg>`, "a &lt; b &amp; &#34;c&#34;", "<b"},
		{"entity", `<!DOCTYPE svg [<!ENTITY x "y">]><svg ` + space + `><text>z</text></svg>`, "z", "ENTITY"},
		{"after the end", `<svg ` + space + `></svg><script>alert(1)</script>`, "</svg>", "alert"},
		{"not SVG", `<html><body/></html>`, "no &lt;svg&gt; element", "body"},
		{"part of an SVG", `<g/>`, "begins with", "<g>"},
		{"not closed", `<svg ` + space + `><g>`, "not well-formed", "<g>"},
		{"empty", ``, "no &lt;svg&gt; element", "<svg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nb := parse(t, "note.md", "```go\n//| echo: false\nx()\n```\n")
			run := runOf(nb)
			run.Cells[0].Outputs = append(run.Cells[0].Outputs, item(view.Figure{SVG: c.in}))
			m := mainOf(t, drawHTML(t, nb, run, Options{}))
			if h := harmful(m); h != "" {
				t.Errorf("%s is left", h)
			}
			var b strings.Builder
			if err := html.Render(&b, byID(m, "figure-1")); err != nil {
				t.Fatal(err)
			}
			if got := b.String(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("want %s and not %s in\n%s", c.want, c.not, got)
			}
		})
	}
}

// FuzzProse gives a notebook any prose: the page keeps its parts, the cell
// after the prose, and nothing harmful.
func FuzzProse(f *testing.F) {
	for _, a := range attacks {
		f.Add(a.in)
	}
	f.Add("<details>\n\n# a\n\n<table><td>\n\n[x]: y\n\n![](a.png) `{go} x`")
	f.Fuzz(func(t *testing.T, prose string) {
		nb, err := parseQuietly("note.md", prose+"\n\n</script>\n\n-->\n\n]]>\n\n```go\nx()\n```\n")
		if err != nil || len(nb.Cells) == 0 {
			return
		}
		page := drawHTML(t, nb, runOf(nb), Options{})
		m := mainOf(t, page)
		if h := harmful(m); h != "" {
			t.Errorf("%s is left", h)
		}
		last := fmt.Sprintf("cell-%d", len(nb.Cells))
		if nb.Cells[len(nb.Cells)-1].Options.Label == "" && byID(m, last) == nil && strings.Contains(page, last) {
			t.Error("the cell is not within the main element")
		}
		if find(m.Parent, func(n *html.Node) bool { return n.Data == "footer" && n.Parent.Data == "body" }) == nil {
			t.Error("the footer is not where it belongs")
		}
		if _, err := Markdown(nb, runOf(nb), Options{}); err != nil {
			t.Error(err)
		}
	})
}

func FuzzFragment(f *testing.F) {
	for _, a := range attacks {
		f.Add(a.in)
	}
	f.Fuzz(func(t *testing.T, fragment string) {
		p := newPage(parse(t, "note.md", "x\n"), nil, Options{})
		got, err := p.htmlItem(fragment)
		if err != nil {
			t.Fatal(err)
		}
		checkFragment(t, got)
	})
}

func FuzzSVG(f *testing.F) {
	f.Add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g id="a" fill="url(#a)" style="fill:red;x:url(y)"><title>t</title></g></svg>`)
	f.Add(`<svg><desc><![CDATA[<script>]]></desc><use xlink:href="#a"/></svg>`)
	f.Fuzz(func(t *testing.T, source string) {
		pic, err := cleanSVG(source, "f1-", "alt")
		if err != nil {
			return
		}
		checkFragment(t, "<div>"+pic.svg+"</div>")
		if again, err := cleanSVG(pic.svg, "", "alt"); err != nil || again.svg != pic.svg {
			t.Errorf("cleaning twice differs: %v\n%s\n%s", err, pic.svg, again.svg)
		}
	})
}

// checkFragment demands that a fragment holds nothing harmful and stays
// within the element it is put into.
func checkFragment(t *testing.T, fragment string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader("<!doctype html><body><main>" + fragment + "</main><footer>end</footer>"))
	if err != nil {
		t.Fatal(err)
	}
	if h := harmful(root); h != "" {
		t.Errorf("%s is left in %s", h, fragment)
	}
	footer := find(root, func(n *html.Node) bool { return n.Data == "footer" && textOf(n) == "end" })
	if footer == nil || footer.Parent.Data != "body" {
		t.Errorf("it breaks out: %s", fragment)
	}
}
