package prepare

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// pass is one operation of normalising.
type pass struct {
	name string
	run  func(*editor)
}

// passes returns the operations on running text, or on the headers of a
// message, where lines have a meaning and "<name>" is an address.
func (o NormaliseOptions) passes(header bool) []pass {
	list := []pass{{"broken UTF-8", repairEncoding}}
	switch o.Form {
	case "NFKC":
		list = append(list, pass{"Unicode form", func(e *editor) { compose(e, norm.NFKC) }})
	case "NFC":
		list = append(list, pass{"Unicode form", func(e *editor) { compose(e, norm.NFC) }})
	}
	if o.Markup && !header {
		list = append(list, pass{"mark-up", removeMarkup})
	}
	if !o.KeepControls {
		list = append(list, pass{"control characters", removeControls})
	}
	switch {
	case header && o.Space == "keep":
		list = append(list, pass{"white space", func(e *editor) { collapse(e, blankLineGap) }})
	case o.Space == "keep":
	case header:
		list = append(list, pass{"white space", func(e *editor) { collapse(e, headerGap) }})
	case o.Space == "single":
		list = append(list, pass{"white space", func(e *editor) { collapse(e, singleGap) }})
	default:
		list = append(list, pass{"white space", func(e *editor) { collapse(e, lineGap) }})
	}
	if o.Lower && !header {
		list = append(list, pass{"capital letters", lower})
	}
	return list
}

// repairEncoding reads bytes that are no UTF-8 as Windows-1252, which is
// Latin-1 with quotation marks and dashes; its five unused bytes become U+FFFD.
func repairEncoding(e *editor) {
	if utf8.ValidString(e.in) {
		return
	}
	for i := 0; i < len(e.in); {
		r, n := utf8.DecodeRuneInString(e.in[i:])
		if r == utf8.RuneError && n == 1 {
			e.replace(i, i+1, string(charmap.Windows1252.DecodeByte(e.in[i])))
		}
		i += n
	}
}

func compose(e *editor, form norm.Form) {
	i := form.QuickSpanString(e.in)
	if i == len(e.in) {
		return
	}
	for i < len(e.in) {
		n := form.NextBoundaryInString(e.in[i:], true)
		if n <= 0 {
			n = len(e.in) - i
		}
		e.replace(i, i+n, form.String(e.in[i:i+n]))
		i += n
	}
}

// removeControls removes what has no form and no width: control characters
// except white space, soft hyphens, byte order marks, zero-width spaces, marks
// of direction and non-characters. The joiners of Indic and Arabic scripts stay.
func removeControls(e *editor) {
	for i := 0; i < len(e.in); {
		c := e.in[i]
		if c >= ' ' && c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(e.in[i:])
		if isControl(r) {
			e.replace(i, i+n, "")
		}
		i += n
	}
}

func isControl(r rune) bool {
	switch {
	case r == 0xad, r == 0xfeff, r == 0x200b, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, r == 0x2060, 0x2066 <= r && r <= 0x2069:
		return true
	case 0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return unicode.IsControl(r) && !unicode.IsSpace(r)
}

// collapse puts what gap says in the place of every run of white space, and
// nothing at both ends.
func collapse(e *editor, gap func(run string) string) {
	for i := 0; i < len(e.in); {
		if c := e.in[i]; c > ' ' && c < 0x7f {
			i++
			continue
		}
		from := i
		for i < len(e.in) {
			r, n := utf8.DecodeRuneInString(e.in[i:])
			if !unicode.IsSpace(r) {
				if from == i {
					i, from = i+n, i+n
				}
				break
			}
			i += n
		}
		switch run := e.in[from:i]; {
		case run == "":
		case from == 0 || i == len(e.in):
			e.replace(from, i, "")
		case run != " ":
			e.replace(from, i, gap(run))
		}
	}
}

func singleGap(string) string { return " " }

// lineGap keeps line breaks and single blank lines.
func lineGap(run string) string {
	switch breaks := lineBreaks(run); breaks {
	case 0:
		return " "
	case 1:
		return "\n"
	}
	return "\n\n"
}

// headerGap has no blank lines, which would end the headers, and keeps lines
// that go on with the field above, which begin with a space.
func headerGap(run string) string {
	switch {
	case lineBreaks(run) == 0:
		return " "
	case strings.HasSuffix(run, " ") || strings.HasSuffix(run, "\t"):
		return "\n "
	}
	return "\n"
}

// blankLineGap takes away blank lines, and nothing else: what removing control
// characters leaves blank must not end the headers.
func blankLineGap(run string) string {
	if lineBreaks(run) < 2 {
		return run
	}
	return headerGap(run)
}

func lineBreaks(run string) int {
	n := 0
	for i, r := range run {
		switch r {
		case '\r', '\u0085', '\u2028':
			n++
		case '\n':
			if i == 0 || run[i-1] != '\r' {
				n++
			}
		case '\u2029':
			n += 2
		}
	}
	return n
}

func lower(e *editor) {
	for i, r := range e.in {
		if l := unicode.ToLower(r); l != r {
			e.replace(i, i+utf8.RuneLen(r), string(l))
		}
	}
}
