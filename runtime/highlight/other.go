package highlight

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

//go:embed lexers.zip
var archive []byte

// registry holds all languages that chroma describes by tables.
var registry = sync.OnceValue(func() *chroma.LexerRegistry {
	known := chroma.NewLexerRegistry()
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic(err) // embedded: cannot fail in a build that was tested
	}
	for _, f := range files.File {
		if strings.HasSuffix(f.Name, ".xml") {
			known.Register(chroma.MustNewXMLLexer(files, f.Name))
		}
	}
	known.Register(chroma.MustNewLexer(&chroma.Config{Name: "Markdown", Aliases: []string{"markdown", "md"}, Filenames: []string{"*.md"}, EnsureNL: true}, markdown))
	return known
})

// markdown are the rules of the one language of notebooks that chroma describes
// only in Go.
func markdown() chroma.Rules {
	return chroma.Rules{"root": {
		{Pattern: "^(`{3,}|~{3,})[^\\n]*\\n[\\w\\W]*?^\\1[ \\t]*$", Type: chroma.LiteralString},
		{Pattern: `<!--[\w\W]*?-->`, Type: chroma.Comment},
		{Pattern: `^#{1,6} [^\n]*`, Type: chroma.Keyword},
		{Pattern: `^([ \t]*)([-*+]|\d+[.)])(?=[ \t])`, Type: chroma.ByGroups(chroma.Text, chroma.Keyword)},
		{Pattern: `^[ \t]*>`, Type: chroma.Keyword},
		{Pattern: "(`+)(?!`)[^\\n]*?(?<!`)\\1(?!`)", Type: chroma.LiteralString},
		{Pattern: `(!?\[)([^\]\n]*)(\]\()([^)\n]*)(\))`, Type: chroma.ByGroups(chroma.Text, chroma.NameFunction, chroma.Text, chroma.LiteralString, chroma.Text)},
		{Pattern: `[^\n]|\n`, Type: chroma.Text},
	}}
}

// other colours what chroma reads. A lexer that does not give back what it was
// given leaves the code plain.
func other(code, language string) string {
	lexer := registry().Get(language)
	if lexer == nil {
		return html.EscapeString(code)
	}
	tokens, err := chroma.Tokenise(chroma.Coalesce(lexer), nil, code)
	if err != nil {
		return html.EscapeString(code)
	}
	var out, seen strings.Builder
	for _, t := range tokens {
		seen.WriteString(t.Value)
		span(&out, class(t.Type), t.Value)
	}
	if strings.TrimRight(seen.String(), "\n") != strings.TrimRight(code, "\n") {
		return html.EscapeString(code)
	}
	return out.String()
}

// class folds chroma's hundred kinds of token into the few that a reader tells
// apart.
func class(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return comment
	case t == chroma.KeywordType, t == chroma.NameBuiltin, t == chroma.NameClass, t == chroma.KeywordConstant:
		return builtin
	case t.InCategory(chroma.Keyword), t == chroma.NameTag:
		return keyword
	case t.InSubCategory(chroma.LiteralString):
		return text
	case t.InSubCategory(chroma.LiteralNumber):
		return number
	case t == chroma.NameFunction, t == chroma.NameAttribute:
		return function
	}
	return ""
}
