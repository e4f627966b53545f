package prepare

import (
	"html"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// removeMarkup removes the tags of HTML elements, comments, and what scripts
// and style sheets hold, and puts characters in the place of entities. Where an
// element begins or ends a block there is a line break, where it is a table's
// cell a space. "<name>" with a name that HTML does not have is text.
func removeMarkup(e *editor) {
	if !strings.ContainsAny(e.in, "<&") {
		return
	}
	if !strings.Contains(e.in, "<") {
		entities(e, 0, len(e.in))
		return
	}
	z := xhtml.NewTokenizer(strings.NewReader(e.in))
	at, hidden := 0, false
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			break
		}
		from := at
		at += len(z.Raw())
		switch kind {
		case xhtml.TextToken:
			if hidden {
				e.replace(from, at, "")
			} else {
				entities(e, from, at)
			}
		case xhtml.CommentToken:
			if strings.HasPrefix(e.in[from:at], "<!--") {
				e.replace(from, at, "")
			}
		case xhtml.DoctypeToken:
			e.replace(from, at, "")
		default:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if !elements[tag] {
				entities(e, from, at)
				continue
			}
			hidden = kind == xhtml.StartTagToken && (tag == atom.Script || tag == atom.Style)
			e.replace(from, at, gapOf(tag))
		}
	}
	entities(e, at, len(e.in))
}

// entities replaces the entities in a piece that end in a semicolon.
func entities(e *editor, from, to int) {
	const longest = len("&CounterClockwiseContourIntegral;")
	for i := from; i < to; i++ {
		if e.in[i] != '&' {
			continue
		}
		n := strings.IndexByte(e.in[i:min(to, i+longest)], ';')
		if n < 2 {
			continue
		}
		entity := e.in[i : i+n+1]
		for entity == "&amp;" && strings.HasPrefix(e.in[i+n+1:to], "amp;") {
			n += len("amp;")
		}
		s := html.UnescapeString(entity)
		// "&notit;" begins with an entity and is none.
		if s == entity || strings.HasSuffix(s, ";") && len(s) > 1 {
			continue
		}
		e.replace(i, i+n+1, s)
		i += n
	}
}

func gapOf(tag atom.Atom) string {
	switch tag {
	case atom.Td, atom.Th:
		return " "
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn, atom.Em, atom.Font,
		atom.I, atom.Img, atom.Ins, atom.Kbd, atom.Label, atom.Mark, atom.Q, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strike, atom.Strong,
		atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr:
		return ""
	}
	return "\n"
}

// elements are HTML's. The table of package atom has attributes too.
var elements = func() map[atom.Atom]bool {
	set := map[atom.Atom]bool{}
	for name := range strings.FieldsSeq(`a abbr acronym address applet area article aside audio b base basefont bdi bdo
		big blink blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn
		dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head
		header hgroup hr html i iframe img input ins kbd label legend li link main map mark marquee menu meta meter nav
		nobr noembed noframes noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp
		script section select slot small source spacer span strike strong style sub summary sup svg table tbody td template
		textarea tfoot th thead time title tr track tt u ul var video wbr`) {
		if a := atom.Lookup([]byte(name)); a != 0 {
			set[a] = true
		}
	}
	return set
}()
