package report

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped are elements whose content is not text for a reader, or within
// which HTML is read by other rules, so that they go with all they hold.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Iframe: true, atom.Noscript: true, atom.Template: true,
	atom.Textarea: true, atom.Title: true, atom.Xmp: true, atom.Noembed: true, atom.Noframes: true,
	atom.Plaintext: true, atom.Svg: true, atom.Math: true, atom.Select: true, atom.Object: true,
}

// rawElements are the elements that raw HTML may hold. All others lose their tags
// here, before the parser sees them, which reads what follows some of them by
// other rules, up to an end that may never come.
var rawElements = set(`a abbr acronym article aside b bdi bdo blockquote br caption cite code col colgroup dd del
	details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hgroup hr i img ins kbd li mark meter ol p pre
	progress q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead
	time tr tt u ul var wbr`)

// completeTags returns the tags and the text of a piece of raw HTML. A tag or
// comment that the piece does not finish is left out, and so is an element
// that would turn the text after it into its own content: raw HTML in prose
// must not swallow the cells below it.
func completeTags(piece string) string {
	var out strings.Builder
	var skip atom.Atom
	depth := 0
	z := html.NewTokenizer(strings.NewReader(piece))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		t := z.Token()
		switch kind {
		case html.TextToken:
			if depth == 0 {
				out.WriteString(html.EscapeString(t.Data))
			}
		case html.StartTagToken:
			switch {
			case depth > 0:
				if t.DataAtom == skip {
					depth++
				}
			case dropped[t.DataAtom]:
				skip, depth = t.DataAtom, 1
			case rawElements[t.Data]:
				out.WriteString(t.String())
			}
		case html.EndTagToken:
			switch {
			case depth == 0 && rawElements[t.Data]:
				out.WriteString(t.String())
			case depth > 0 && t.DataAtom == skip:
				depth--
			}
		case html.SelfClosingTagToken:
			if depth == 0 && rawElements[t.Data] {
				out.WriteString(t.String())
			}
		}
	}
}

// parseFragment reads HTML into a balanced tree below an element and removes
// what is not allowed; the more attributes are allowed on every element. HTML
// that is nested deeper than the parser goes, as a slip of a loop in a cell can
// make it, loses its innermost tags and keeps its text.
func parseFragment(fragment string, more attributes) (*html.Node, error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), root)
	if err != nil {
		if nodes, err = html.ParseFragment(strings.NewReader(flatten(fragment)), root); err != nil {
			return nil, err
		}
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	sanitise(root, more)
	return root, nil
}

// deepest is how many elements may stand within one another after flatten. The
// parser adds some of its own, such as tbody, and refuses more than 512.
const deepest = 100

// flatten drops the tags of elements that are nested too deep, but for slots.
func flatten(fragment string) string {
	type element struct {
		name string
		kept bool
	}
	var (
		out   strings.Builder
		stack []element
		depth int
	)
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		t := z.Token()
		switch kind {
		case html.ErrorToken:
			return out.String()
		case html.StartTagToken:
			slot := len(t.Attr) > 0 && t.Attr[0].Key == "id" && strings.HasPrefix(t.Attr[0].Val, slotPrefix)
			if voidElements[t.Data] {
				out.WriteString(raw)
				continue
			}
			e := element{t.Data, slot || depth < deepest}
			if e.kept {
				out.WriteString(raw)
				depth++
			}
			stack = append(stack, e)
		case html.EndTagToken:
			i := len(stack) - 1
			for i >= 0 && stack[i].name != t.Data {
				i--
			}
			if i < 0 {
				continue
			}
			if stack[i].kept {
				out.WriteString(raw)
			}
			for _, e := range stack[i:] {
				if e.kept {
					depth--
				}
			}
			stack = stack[:i]
		default:
			out.WriteString(raw)
		}
	}
}

var voidElements = set("br col hr img wbr")
