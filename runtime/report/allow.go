package report

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// value reports whether an attribute may have a value.
type value func(string) bool

// attributes are what an element may have besides what every element may.
type attributes map[string]value

// allowed is what a fragment of HTML may hold: text, lists, tables, links and
// pictures; no style, so that it cannot dress up as a part of the page, and
// nothing that runs. What is fetched is the page's to embed or refuse.
var allowed = func() map[string]attributes {
	all := map[string]attributes{
		"a":        {"href": link},
		"bdi":      {"dir": direction},
		"bdo":      {"dir": direction},
		"details":  {"open": oneOf("", "open")},
		"img":      {"src": source, "alt": text, "align": oneOf("left", "right", "top", "middle", "bottom"), "height": length, "width": length},
		"li":       {"type": listType, "value": whole},
		"meter":    {"value": number, "min": number, "max": number, "low": number, "high": number, "optimum": number},
		"ol":       {"type": listType, "start": whole},
		"progress": {"value": number, "max": number},
		"table":    {"height": length, "width": length, "summary": text},
		"time":     {"datetime": text},
		"ul":       {"type": listType},
	}
	for names, a := range map[string]attributes{
		"blockquote q":         {"cite": link},
		"del ins":              {"cite": link, "datetime": text},
		"col colgroup":         {"align": align, "valign": vertical, "height": length, "width": length, "span": whole},
		"tbody tfoot thead tr": {"align": align, "valign": vertical},
		"td th": {
			"abbr": text, "align": align, "valign": vertical, "colspan": whole, "rowspan": whole, "headers": text,
			"height": length, "width": length, "scope": oneOf("row", "col", "rowgroup", "colgroup"), "nowrap": oneOf("", "nowrap"),
		},
		`abbr acronym article aside b br caption cite code dd dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hgroup
			hr i kbd mark p pre rp rt ruby s samp section small span strike strong sub summary sup tt u var wbr`: {},
	} {
		for _, name := range strings.Fields(names) {
			all[name] = a
		}
	}
	return all
}()

// everywhere are the attributes of all elements.
var everywhere = attributes{"dir": direction, "lang": language, "title": text, "id": name}

// ofMarkdown are attributes that the elements that Markdown is made into have
// besides; raw HTML in the prose can have them too.
var ofMarkdown = attributes{
	"class": oneOf("footnotes", "footnote-ref", "footnote-backref", "unnumbered", "task", "done"),
	"role":  oneOf("doc-noteref", "doc-backlink", "doc-endnotes"),
}

func text(string) bool { return true }

func oneOf(values ...string) value {
	return func(v string) bool { return slices.Contains(values, strings.ToLower(v)) }
}

var (
	direction = oneOf("ltr", "rtl")
	align     = oneOf("left", "center", "right", "justify", "char")
	vertical  = oneOf("top", "middle", "bottom", "baseline")
	listType  = oneOf("disc", "circle", "square", "1", "a", "i")
)

func whole(v string) bool {
	_, err := strconv.ParseUint(v, 10, 16)
	return err == nil
}

func number(v string) bool {
	_, err := strconv.ParseFloat(v, 64)
	return err == nil
}

func length(v string) bool { return whole(strings.TrimSuffix(v, "%")) }

func name(v string) bool { return v != "" && !strings.ContainsAny(v, " \t\r\n\f\"'<>&") }

func language(v string) bool {
	return v != "" && !strings.ContainsFunc(v, func(r rune) bool {
		return r != '-' && (r < '0' || '9' < r) && (r < 'a' || 'z' < r) && (r < 'A' || 'Z' < r)
	})
}

// link is a relative address or one of a scheme that runs nothing. Addresses
// with control characters, which browsers skip, do not parse.
func link(v string) bool {
	u, err := url.Parse(strings.TrimSpace(v))
	return err == nil && slices.Contains([]string{"", "http", "https", "mailto"}, strings.ToLower(u.Scheme))
}

// source is an address of a picture, or the picture itself.
func source(v string) bool {
	rest, ok := strings.CutPrefix(v, "data:image/")
	if !ok {
		return link(v)
	}
	kind, data, ok := strings.Cut(rest, ";base64,")
	_, err := base64.StdEncoding.DecodeString(data)
	return ok && err == nil && slices.Contains([]string{"gif", "jpeg", "png", "svg+xml", "webp"}, kind)
}

// sanitise removes from the tree below a node what is not allowed, and keeps
// the text of it for the reader, unless it was never text. The more attributes
// are allowed on every element.
//
// It works on the parsed tree, which is then rendered: nothing that a browser
// could read in another way than the parser passes through, since comments,
// foreign namespaces and elements that hold raw text are dropped whole.
func sanitise(parent *html.Node, more attributes) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		switch {
		case n.Type == html.TextNode:
		case n.Type != html.ElementNode, n.Namespace != "", dropped[n.DataAtom]:
			parent.RemoveChild(n)
		default:
			sanitise(n, more)
			own, ok := allowed[n.Data]
			if ok {
				n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
					for _, may := range []attributes{own, everywhere, more} {
						if good := may[a.Key]; good != nil && a.Namespace == "" && good(a.Val) {
							return false
						}
					}
					return true
				})
				if n.Data != "a" || len(n.Attr) > 0 {
					break
				}
			}
			for n.FirstChild != nil {
				c := n.FirstChild
				n.RemoveChild(c)
				parent.InsertBefore(c, n)
			}
			parent.RemoveChild(n)
		}
		n = next
	}
}
