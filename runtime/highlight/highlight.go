// Package highlight colours code: it gives source text as HTML in which what a
// reader tells apart (keywords, types, strings, numbers, comments, the names of
// functions) stands in spans with classes of their own. It knows no styles and
// no pages.
//
// Go is read by Go's own scanner. Other languages are read by chroma, from the
// archive that go generate makes of its descriptions.
package highlight

import (
	"html"
	"strings"
)

//go:generate go run ./gen

// The classes of spans.
const (
	comment  = "hc"
	keyword  = "hk"
	builtin  = "ht" // types, predeclared names
	text     = "hs" // strings and characters
	number   = "hn"
	function = "hf" // names of functions, and of attributes
)

// HTML returns code, escaped, with a span around each token that has a class.
// The language is a name or file name such as "go", "python" or "x.sql"; code in
// one that is not known is left plain.
func HTML(code, language string) string {
	switch strings.ToLower(language) {
	case "":
		return html.EscapeString(code)
	case "go", "golang":
		return golang(code)
	}
	return other(code, language)
}

// span writes a token.
func span(out *strings.Builder, class, token string) {
	if class == "" {
		out.WriteString(html.EscapeString(token))
		return
	}
	out.WriteString(`<span class="` + class + `">` + html.EscapeString(token) + `</span>`)
}
