package report

import (
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// highlight returns code as HTML with a span around each token that has a
// colour. A language that is not known, or a lexer that does not give back
// what it was given, leaves the code plain.
func highlight(code, language string) string {
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		return html.EscapeString(code)
	}
	tokens, err := chroma.Tokenise(chroma.Coalesce(lexer), nil, code)
	if err != nil {
		return html.EscapeString(code)
	}
	var out, seen strings.Builder
	for _, t := range tokens {
		seen.WriteString(t.Value)
		class := tokenClass(t.Type)
		if class == "" {
			out.WriteString(html.EscapeString(t.Value))
			continue
		}
		out.WriteString(`<span class="` + class + `">` + html.EscapeString(t.Value) + `</span>`)
	}
	if strings.TrimRight(seen.String(), "\n") != strings.TrimRight(code, "\n") {
		return html.EscapeString(code)
	}
	return out.String()
}

// tokenClass folds chroma's hundred kinds of token into the few that a reader
// tells apart.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "hc"
	case t == chroma.KeywordType, t == chroma.NameBuiltin, t == chroma.NameClass, t == chroma.KeywordConstant:
		return "ht"
	case t.InCategory(chroma.Keyword), t == chroma.NameTag:
		return "hk"
	case t.InSubCategory(chroma.LiteralString):
		return "hs"
	case t.InSubCategory(chroma.LiteralNumber):
		return "hn"
	case t == chroma.NameFunction, t == chroma.NameAttribute:
		return "hf"
	}
	return ""
}

// shownCode is a cell's code without its option lines, which are for the tool
// and not for the reader.
func shownCode(code string) string {
	lines := strings.Split(code, "\n")
	for len(lines) > 0 {
		t := strings.TrimSpace(lines[0])
		if t != "" && !strings.HasPrefix(t, "//|") {
			break
		}
		lines = lines[1:]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}
