package report

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// entry is a line of the table of contents.
type entry struct {
	ID, Number, Text string
	Children         []*entry
}

// finish turns the sanitised prose into the blocks of the page: slots are
// filled, sections numbered, pictures embedded, references named.
func (p *page) finish(root *html.Node) (template.HTML, error) {
	p.dropTitle(root)
	p.number(root)
	p.walk(root)
	var out bytes.Buffer
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.TextNode {
			if strings.TrimSpace(n.Data) == "" {
				continue
			}
			n = wrap(root, n, "div")
		}
		var b bytes.Buffer
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
		id, text := blockID(b.String()), b.String()
		if n.Type == html.ElementNode {
			id = p.block(text)
			n.Attr = append(n.Attr, html.Attribute{Key: "data-block", Val: id})
			b.Reset()
			if err := html.Render(&b, n); err != nil {
				return "", err
			}
			text = b.String()
		}
		p.drawn = append(p.drawn, Block{id, text})
		out.WriteString(text)
		out.WriteByte('\n')
	}
	return template.HTML(out.String()), nil
}

// blockID is the name that a cell's HTML gives itself.
func blockID(text string) string {
	_, rest, _ := strings.Cut(text, ` data-block="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func wrap(parent, n *html.Node, element string, attrs ...html.Attribute) *html.Node {
	w := &html.Node{Type: html.ElementNode, Data: element, DataAtom: atom.Lookup([]byte(element)), Attr: attrs}
	parent.InsertBefore(w, n)
	parent.RemoveChild(n)
	w.AppendChild(n)
	return w
}

// dropTitle removes a first heading that says what the title block says.
func (p *page) dropTitle(root *html.Node) {
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" {
			continue
		}
		if headingLevel(n) == 1 && strings.TrimSpace(p.text(n)) == strings.TrimSpace(p.nb.Meta.Title) {
			root.RemoveChild(n)
		}
		return
	}
}

func headingLevel(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if n.Type == html.ElementNode {
			return int(n.Data[1] - '0')
		}
	}
	return 0
}

// text is what is read of a node, with slots filled in.
func (p *page) text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if s, ok := p.slots.find(attr(n, "id")); ok {
		return s.text
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(p.text(c))
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	for i, a := range n.Attr {
		if a.Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

// number gives the headings their levels, numbers and anchors. The page's
// title is its only h1, so that a notebook whose sections are of the first
// level has all of them moved down by one.
func (p *page) number(root *html.Node) {
	var headings []*html.Node
	var collect func(n *html.Node)
	top := 7
	collect = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch level := headingLevel(c); {
			case level > 0:
				headings = append(headings, c)
				top = min(top, level)
			case c.DataAtom != atom.Blockquote && c.DataAtom != atom.Li && c.DataAtom != atom.Td:
				collect(c)
			}
		}
	}
	collect(root)
	var counts [7]int
	for _, h := range headings {
		level := min(headingLevel(h)-top+2, 6)
		h.Data = fmt.Sprintf("h%d", level)
		h.DataAtom = atom.Lookup([]byte(h.Data))
		text := strings.Join(strings.Fields(p.text(h)), " ")
		id := p.freeID(attr(h, "id"), text)
		setAttr(h, "id", id)
		number := ""
		if level <= 3 && attr(h, "class") != "unnumbered" {
			counts[level]++
			for l := level + 1; l < len(counts); l++ {
				counts[l] = 0
			}
			number = fmt.Sprint(counts[2])
			if level == 3 {
				number += fmt.Sprintf(".%d", counts[3])
			}
			span := &html.Node{Type: html.ElementNode, Data: "span", DataAtom: atom.Span, Attr: []html.Attribute{{Key: "class", Val: "number"}}}
			span.AppendChild(&html.Node{Type: html.TextNode, Data: number + " "})
			h.InsertBefore(span, h.FirstChild)
		}
		p.names[id] = text
		if number != "" {
			p.names[id] = "section " + number
		}
		anchor := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: []html.Attribute{
			{Key: "class", Val: "anchor"}, {Key: "href", Val: "#" + id}, {Key: "aria-label", Val: "Link to the section " + text}}}
		anchor.AppendChild(&html.Node{Type: html.TextNode, Data: "#"})
		h.AppendChild(anchor)
		if level > 3 {
			continue
		}
		e := &entry{ID: id, Number: number, Text: text}
		if level == 3 && len(p.contents) > 0 {
			last := p.contents[len(p.contents)-1]
			last.Children = append(last.Children, e)
			continue
		}
		p.contents = append(p.contents, e)
	}
}

// freeID returns id, or with a number behind it if it is taken.
func (p *page) freeID(id, text string) string {
	if id == "" {
		id = strings.Trim(notIDRune.ReplaceAllString(strings.ToLower(text), "-"), "-")
	}
	if id == "" {
		id = "section"
	}
	free := id
	for n := 2; p.ids[free]; n++ {
		free = fmt.Sprintf("%s-%d", id, n)
	}
	p.ids[free] = true
	return free
}

var notIDRune = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// walk finishes every other element.
func (p *page) walk(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		p.element(n, c)
		c = next
	}
}

func (p *page) element(parent, n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	id := attr(n, "id")
	if s, ok := p.slots.find(id); ok {
		n.Type, n.Data, n.Attr, n.DataAtom = html.RawNode, s.html, nil, 0
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		if parent.Parent == nil && strings.HasPrefix(s.html, "<pre") {
			wrap(parent, n, "div", html.Attribute{Key: "class", Val: "wide"})
		}
		return
	}
	if id != "" && headingLevel(n) == 0 {
		setAttr(n, "id", p.freeID(id, ""))
	}
	p.walk(n)
	switch n.DataAtom {
	case atom.A:
		p.link(n)
	case atom.Img:
		p.image(parent, n)
	case atom.Table:
		wrap(parent, n, "div", html.Attribute{Key: "class", Val: "scroll"}, html.Attribute{Key: "tabindex", Val: "0"},
			html.Attribute{Key: "role", Val: "region"}, html.Attribute{Key: "aria-label", Val: "table"})
	case atom.Pre:
		setAttr(n, "tabindex", "0")
	}
}

// link names a reference without a text, [](#fig-size), after its target, and
// rewrites relative targets.
func (p *page) link(n *html.Node) {
	target := attr(n, "href")
	if anchor, ok := strings.CutPrefix(target, "#"); ok {
		if strings.TrimSpace(p.text(n)) == "" && n.FirstChild == nil {
			name := p.names[anchor]
			if name == "" {
				name = target
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: name})
		}
		return
	}
	if p.opt.Link != nil && target != "" && isRelative(target) {
		setAttr(n, "href", p.opt.Link(target))
	}
}
